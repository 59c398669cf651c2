"""The OpenAPI: one decorated function per action, which translates between wire names and the model."""
