"""What a change does, in the words of the domain: data made of a preview's steps and its result, and its renderings."""
