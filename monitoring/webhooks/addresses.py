"""Where webhooks may be sent: addresses on the public internet, and no others.

Whoever may set up a webhook must not reach into the network this site runs in. So every address
that a name resolves to is checked, and the connection is made to the address that was checked.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from monitoring.webhooks.exceptions import AddressRefused, NoAnswer

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Target:
    """A URL, taken apart."""

    scheme: str
    host: str
    port: int
    path: str
    netloc: str


def parse(url: str) -> Target:
    """Take a URL apart.

    Raises
    ------
    AddressRefused
        If nothing is sent to such a URL, whatever its name resolves to.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused(_("This is not a web address.")) from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise AddressRefused(_("This is not a web address."))
    if parts.scheme == "http" and not settings.WEBHOOK_ALLOW_PRIVATE:
        raise AddressRefused(_("The address must begin with https://."))
    if parts.username is not None or parts.fragment:
        raise AddressRefused(_("The address must not hold a user name or a fragment (#)."))
    target = Target(
        scheme=parts.scheme,
        host=parts.hostname,
        port=_PORTS[parts.scheme] if port is None else port,
        path=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        netloc=parts.netloc,
    )
    literal = _literal(target.host)
    if literal is not None:
        _check(literal)
    return target


def resolve(target: Target) -> list[str]:
    """The addresses behind the name, all of them checked.

    Raises
    ------
    AddressRefused
        If one of them is not on the public internet.
    NoAnswer
        If there are none.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NoAnswer(_("The name %(host)s is not known.") % {"host": target.host}) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        _check(ipaddress.ip_address(address.partition("%")[0]))
    return addresses


def is_public(address: _Address) -> bool:
    """Whether an address, and one that is wrapped in it, is on the public internet.

    >>> is_public(ipaddress.ip_address("93.184.216.34"))
    True
    >>> is_public(ipaddress.ip_address("::ffff:127.0.0.1"))
    False
    """
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour
        if address.teredo:
            wrapped = address.teredo[1]
        if address in _NAT64:
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if wrapped is not None:
            return is_public(wrapped)
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _check(address: _Address) -> None:
    if not settings.WEBHOOK_ALLOW_PRIVATE and not is_public(address):
        raise AddressRefused(
            _("%(address)s is not an address on the public internet.") % {"address": address}
        )


def _literal(host: str) -> _Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
