"""Who can reach whom before the move and after it: data made of a plan of the pack, and its renderings."""
