"""Many stacks for one region: who is in which, their files and pipelines, and one report of all their verdicts."""
