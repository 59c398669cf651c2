"""Choose the proxy of a request by HTTP_PROXY, HTTPS_PROXY and NO_PROXY, alike for every client of ours.

Upper case wins over lower case, as in the alicloud plugin; docs/network.md compares how all parties read them.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

#: The metadata service of ECS: each machine has its own at this address, so a proxy would reach the proxy's.
METADATA_HOST = "100.100.100.200"

_DEFAULT_PORTS = {"http": 80, "https": 443}
_PORT = re.compile(r"(?P<host>[^:]+|\[[^\]]*\]):(?P<port>[0-9]+)")


def proxy_for(url: str, environ: Mapping[str, str]) -> str | None:
    """Return the URL of the proxy for a request to `url`, or None where the request goes straight to its host.

    Loopback and the metadata service of ECS never have one: through a proxy they would be another machine's.
    """
    parts = urlsplit(url)
    proxy = _value(environ, f"{parts.scheme}_proxy")
    host = (parts.hostname or "").rstrip(".")
    if not proxy or not host or _is_own(host):
        return None
    if _spared(host, parts.port or _DEFAULT_PORTS[parts.scheme], environ):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def proxy_host(url: str, environ: Mapping[str, str]) -> str | None:
    """Return host[:port] of `proxy_for`, without its password, for messages; None where there is none to be read."""
    proxy = proxy_for(url, environ)
    if proxy is None or proxy_fault(proxy) is not None:
        return None
    return urlsplit(proxy).netloc.rpartition("@")[2]


def proxy_variable(url: str, environ: Mapping[str, str]) -> str:
    """Return the name of the variable that sets the proxy for a request to `url`, as it is spelt there."""
    name = f"{urlsplit(url).scheme}_proxy"
    return name.upper() if environ.get(name.upper()) else name


def proxy_fault(proxy: str) -> str | None:
    """Return the reason why a proxy cannot be used, without its password; None where it can."""
    try:
        parts = urlsplit(proxy)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return "it cannot be read"
    if parts.scheme not in _DEFAULT_PORTS:
        return f"its scheme is {parts.scheme}" if parts.scheme else "it has no scheme"
    return None if usable else "it names no host"


def sends_metadata_to_proxy(environ: Mapping[str, str]) -> bool:
    """Tell whether the alicloud plugin would use a proxy for the metadata of ECS: only NO_PROXY prevents that.

    Source: credentials-go 1.4.12, whose transport is Go's with ProxyFromEnvironment.
    """
    return bool(_value(environ, "http_proxy")) and not _spared(METADATA_HOST, 80, environ)


def _spared(host: str, port: int, environ: Mapping[str, str]) -> bool:
    entries = re.split(r"[,\s]+", _value(environ, "no_proxy").lower())
    return any(_covers(entry, host, port) for entry in entries if entry)


def _value(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name.upper()) or environ.get(name) or ""


def _is_own(host: str) -> bool:
    address = _address(host)
    return host == "localhost" or host == METADATA_HOST or (address is not None and address.is_loopback)


def _covers(entry: str, host: str, port: int) -> bool:
    """Return whether one entry of NO_PROXY, in small letters, covers a host: `*`, an address, a block, or a domain."""
    with_port = _PORT.fullmatch(entry)
    if with_port:
        if int(with_port["port"]) != port:
            return False
        entry = with_port["host"]
    entry = entry.strip("[]")
    if entry == "*":
        return True
    address = _address(host)
    if address is not None:
        block = _block(entry)
        return block is not None and address in block
    domain = entry.removeprefix("*").strip(".")
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _block(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
