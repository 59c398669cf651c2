"""Large proofs of the verdict, too long for each push: `make bench-verdict` runs them all."""
