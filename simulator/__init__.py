"""A local Alibaba Cloud: the OpenAPI of the classic estate and of its target, over HTTP, from one estate file."""
