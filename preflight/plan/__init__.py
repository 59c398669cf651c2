"""What a change does, in the words of the migration: data made of a preview and its result, and its renderings."""
