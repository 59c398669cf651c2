"""Who can reach whom before and after the move: data made of a plan of the pack, and its renderings."""
