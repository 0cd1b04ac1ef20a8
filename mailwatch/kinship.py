"""By what a message may touch others: persons, identifiers, words; what shares none is decided apart."""

from __future__ import annotations
