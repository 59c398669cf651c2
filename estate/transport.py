"""The HTTP session under every client of the cloud: NO_PROXY and SSL_CERT_FILE count, ~/.netrc does not."""

from __future__ import annotations

import os
from typing import Any

import darabonba.core
import requests
import Tea.core

from estate.proxies import proxy_for


class Session(requests.Session):
    """A session that asks `estate.proxies` at each request, each hop of a redirect included."""

    def __init__(self) -> None:
        """Make a session that leaves the signature of a request alone."""
        super().__init__()
        # Without it `requests` puts what ~/.netrc has for the host, or for every host, over the Authorization header.
        self.auth = _as_signed

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send one request through its proxy or through none, whatever the SDK says.

        SSL_CERT_FILE holds behind a proxy too, as it does for the alicloud plugin; the SDKs then forget it.
        """
        proxy = proxy_for(request.url or "", os.environ)
        kwargs["proxies"] = {"http": proxy, "https": proxy} if proxy else {}
        if kwargs.get("verify", True) is True:
            kwargs["verify"] = os.environ.get("SSL_CERT_FILE") or True
        return super().send(request, **kwargs)


def honour_no_proxy() -> None:
    """Make the SDKs take our sessions: all clients of darabonba and Tea, those that fetch credentials included.

    Both (darabonba-core 1.0.9, alibabacloud-tea 0.4.3) read HTTP_PROXY and HTTPS_PROXY themselves, never NO_PROXY,
    and have no option for "no proxy".
    """
    darabonba.core.Session = Session
    Tea.core.Session = Session


def _as_signed(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
