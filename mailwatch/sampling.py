"""Cases drawn for an audit: the same seed draws the same cases, on every machine and from any order.

A case's rank is a digest of the seed and its id, so that nobody who only chooses the seed chooses the cases.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from mailwatch.model import Channel, Request, State

_Stratum = tuple[Channel, State]


def draw(requests: Iterable[Request], *, size: int, seed: str) -> tuple[Request, ...]:
    """Draw `size` requests by channel and state, in the order of reception; all when there are no more.

    Each stratum that holds any gives one, the largest first when `size` allows no more, and the rest comes from
    the strata in proportion to what is left in them (ISO 19011, A.6.3).
    """
    strata = _strata(requests, seed)
    shares = _shares({stratum: len(inside) for stratum, inside in strata.items()}, size)
    drawn = [each for stratum, share in shares.items() for each in strata[stratum][:share]]
    return tuple(sorted(drawn, key=_reception))


def _strata(requests: Iterable[Request], seed: str) -> Mapping[_Stratum, Sequence[Request]]:
    """The requests of each stratum as the seed ranks them; the strata in an order of their own."""
    found: dict[_Stratum, list[Request]] = defaultdict(list)
    for request in requests:
        found[request.channel, request.state].append(request)
    return {
        stratum: sorted(found[stratum], key=lambda each: (_rank(seed, each.id), each.file))
        for stratum in sorted(found)
    }


def _rank(seed: str, name: str) -> bytes:
    # Ids come from hostile headers too: a lone surrogate must rank as well as a letter.
    return sha256(f"{seed}\n{name}".encode(errors="surrogatepass")).digest()


def _reception(request: Request) -> tuple[str, str, str]:
    return request.received_on.isoformat(), request.id, request.file


def _shares(sizes: Mapping[_Stratum, int], size: int) -> Mapping[_Stratum, int]:
    """How many each stratum gives: one each, then the largest remainders of what is left, never more than it has."""
    size = min(max(size, 0), sum(sizes.values()))
    by_size = sorted(sizes, key=lambda stratum: -sizes[stratum])
    if size <= len(sizes):
        return dict.fromkeys(by_size[:size], 1)
    left, more = sum(sizes.values()) - len(sizes), size - len(sizes)
    exact = {stratum: divmod(more * (sizes[stratum] - 1), left) for stratum in sizes}
    shares = {stratum: 1 + whole for stratum, (whole, _) in exact.items()}
    short = size - sum(shares.values())
    for stratum in sorted(sizes, key=lambda stratum: -exact[stratum][1])[:short]:
        shares[stratum] += 1
    return shares
