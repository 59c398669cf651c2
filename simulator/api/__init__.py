"""The OpenAPI: one decorated function an action, between wire names and the model."""
