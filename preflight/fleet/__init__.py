"""`preflight fleet`: many stacks for one region, with their files, their pipelines and one report of their verdicts."""
