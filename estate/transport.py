"""The HTTP session under every client of the cloud: it honours NO_PROXY and SSL_CERT_FILE, and ignores ~/.netrc.

Where no answer comes, it raises `NoAnswerError` with the reason: the SDKs keep little of the original error.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import requests
import urllib3.exceptions

from estate.proxies import proxy_fault, proxy_for, proxy_variable
from estate.sdk import without_unused

with without_unused():
    import darabonba.core
    import Tea.core

# OpenSSL, X509_V_ERR_*: not yet valid, expired; another host name, another address.
_WRONG_TIME: Final = (9, 10)
_WRONG_HOST: Final = (62, 64)
_CERTIFICATES: Final = "SSL_CERT_FILE"


class NoAnswerError(requests.RequestException):
    """No answer came; `str()` states what happened, `remedy` in a sentence what to do.

    `sent` means that the request may have reached the other end, `lasting` that a retry cannot help.
    """

    def __init__(self, why: str, remedy: str, *, sent: bool = False, lasting: bool = False) -> None:
        super().__init__(why)
        self.remedy = remedy
        self.sent = sent
        self.lasting = lasting


class Session(requests.Session):
    """A session that calls `estate.proxies` for each request, and for each hop of a redirect."""

    def __init__(self) -> None:
        """Make a session that uses no variable or file but those named here."""
        super().__init__()
        # Otherwise `requests` lets the entry of ~/.netrc for the host, or for every host, replace the Authorization
        # header, and REQUESTS_CA_BUNDLE replace SSL_CERT_FILE, for OSS alone.
        self.trust_env = False

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send one request through its proxy, or directly, whatever the SDK sets.

        SSL_CERT_FILE applies behind a proxy too, as it does for the alicloud plugin; the SDKs forget it there.
        """
        proxy = proxy_for(request.url or "", os.environ)
        kwargs["proxies"] = {"http": proxy, "https": proxy} if proxy else {}
        if kwargs.get("verify", True) is True:
            kwargs["verify"] = os.environ.get(_CERTIFICATES) or True
        variable = proxy_variable(request.url or "", os.environ) if proxy else None
        fault = proxy_fault(proxy) if proxy else None
        if fault:
            raise NoAnswerError(
                f"the proxy that {variable} names cannot be used, since {fault}",
                f"Expected {variable} to be http://HOST:PORT or https://HOST:PORT; SOCKS is not supported.",
                lasting=True,
            )
        try:
            return super().send(request, **kwargs)
        except NoAnswerError:
            raise  # of a redirect
        except OSError as error:
            trusted = kwargs["verify"] if str(request.url).startswith("https:") else None
            raise _no_answer(error, variable, trusted, kwargs.get("timeout")) from error


def no_answer_in(error: BaseException | None) -> NoAnswerError | None:
    """Return the session's own error inside an SDK's error; None where there is none."""
    return next((item for item in _causes(error) if isinstance(item, NoAnswerError)), None)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and all its causes, from the outside in.

    Urllib3 and the SDKs keep causes among the arguments.
    """
    seen: list[BaseException] = []
    ahead = [error]
    while ahead:
        item = ahead.pop(0)
        if item is None or any(item is other for other in seen):
            continue
        seen.append(item)
        yield item
        inner = (*item.args, getattr(item, "reason", None), item.__cause__, item.__context__)
        ahead += [other for other in inner if isinstance(other, BaseException)]


def _no_answer(error: OSError, proxy: str | None, trusted: object, timeout: Any) -> NoAnswerError:
    """Return why no answer came; `proxy` is the variable that names the proxy, `trusted` the file of certificates."""
    causes = list(_causes(error))
    connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
    bad_file = _unusable(trusted)
    if bad_file:
        return NoAnswerError(bad_file, "Name a file of certificates in PEM form, or unset the variable.", lasting=True)
    for item in causes:
        if isinstance(item, ssl.SSLCertVerificationError):
            return _untrusted(item)
        if isinstance(item, urllib3.exceptions.ConnectTimeoutError) and not isinstance(
            item, urllib3.exceptions.NewConnectionError
        ):
            return NoAnswerError(f"no connection within {connect:g} s", _way(proxy))
        if isinstance(item, urllib3.exceptions.ReadTimeoutError):
            return NoAnswerError(f"no answer within {read:g} s", _again(proxy), sent=True)
    return _cut(causes, proxy)


def _cut(causes: list[BaseException], proxy: str | None) -> NoAnswerError:
    """Return why there was no connection, or why it broke."""
    for item in causes:
        if isinstance(item, urllib3.exceptions.NameResolutionError):
            subject = f"the name of the proxy that {proxy} names" if proxy else "its name"
            return NoAnswerError(f"{subject} cannot be resolved", f"Check DNS. {_way(proxy)}")
        if isinstance(item, urllib3.exceptions.NewConnectionError):
            refused = next((cause for cause in causes if isinstance(cause, OSError) and cause.errno), None)
            subject = f"the proxy that {proxy} names: " if proxy else ""
            if isinstance(refused, ConnectionRefusedError):
                return NoAnswerError(f"{subject}the connection was refused", f"Nothing listens there. {_way(proxy)}")
            detail = f" ({refused.strerror})" if refused and refused.strerror else ""
            return NoAnswerError(f"{subject}no connection can be made{detail}", _way(proxy))
        if isinstance(item, OSError) and str(item).startswith("Tunnel connection failed"):
            answer = str(item).removeprefix("Tunnel connection failed: ")
            return NoAnswerError(f"the proxy refuses the connection ({answer})", _way(proxy))
        if isinstance(item, ssl.SSLError) and item.reason == "WRONG_VERSION_NUMBER":
            way = _way(proxy) if proxy else "Check the port in alicloud:endpoints, and the key alicloud:protocol."
            return NoAnswerError("what listens there does not speak TLS", way, lasting=True)
    return NoAnswerError("the connection was cut", _again(proxy), sent=True)


def _untrusted(error: ssl.SSLCertVerificationError) -> NoAnswerError:
    remedy = (
        f"Set {_CERTIFICATES} to a file with the certificate authority that signed it, such as that of a proxy that "
        "inspects TLS."
    )
    if error.verify_code in _WRONG_TIME:
        remedy = "Check this machine's clock; the operator of that host renews the certificate."
    if error.verify_code in _WRONG_HOST:
        remedy = "Check the host in alicloud:endpoints, and the proxy."
    return NoAnswerError(f"its certificate is not trusted ({error.verify_message})", remedy, lasting=True)


def _unusable(file: object) -> str | None:
    """Why a file of certificates cannot be used; None where it can, and where no file is named."""
    if not isinstance(file, str) or Path(file).is_dir():
        return None
    subject = f"{_CERTIFICATES} names {file}, "
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=file)
    except FileNotFoundError:
        return f"{subject}which does not exist"
    except ssl.SSLError:
        return f"{subject}which holds no certificate"
    except OSError as error:
        return f"{subject}which cannot be read ({error.strerror})"
    return None


def _way(proxy: str | None) -> str:
    return f"Check {_suspects(proxy)}."


def _again(proxy: str | None) -> str:
    return f"Run it again; if it stays so, check {_suspects(proxy)}."


def _suspects(proxy: str | None) -> str:
    if proxy:
        return f"{proxy}, and whether NO_PROXY is to spare this host"
    return "the network and its firewall, the region, and the key alicloud:endpoints"


def honour_no_proxy() -> None:
    """Make the SDKs take our sessions: all clients of darabonba and Tea, those that fetch credentials included.

    Both (darabonba-core 1.0.9, alibabacloud-tea 0.4.3) read HTTP_PROXY and HTTPS_PROXY themselves, never NO_PROXY,
    and have no option for "no proxy".
    """
    darabonba.core.Session = Session
    Tea.core.Session = Session
