"""The Python language host of the built engine: it starts programs, policy packs and provider plugins.

The official host's own module is not to be had; this one does the part of its work that running needs, and says so
where it is asked for more.
"""
