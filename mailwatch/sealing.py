"""Facts without the persons: addresses, subjects, file numbers and words under keyed pseudonyms.

Equal before is equal after, so that the same requests are decided; without the key nothing can be told or tried.
"""

from __future__ import annotations

from mailwatch.model import Fact, Institution


def seal(fact: Fact, key: bytes, institution: Institution) -> Fact:
    """Replace whatever names a person in `fact` by its pseudonym under `key`."""
    raise NotImplementedError
