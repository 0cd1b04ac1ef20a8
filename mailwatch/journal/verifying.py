"""Is a journal what it says it is: files, lines, head, signature, dates, and heads that others witnessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from mailwatch.errors import Remark
from mailwatch.journal.damage import damage
from mailwatch.journal.folders import UNFINISHED, content, names, shared
from mailwatch.journal.heads import (
    AUTHORITY,
    DAY_FILE,
    HEAD,
    PUBLIC_KEY,
    SIGNATURE,
    SIGNERS,
    STAMP_FILE,
    SUMS,
    Head,
    fingerprint,
    read_head,
    read_sums,
    signers_text,
    sums_text,
)
from mailwatch.journal.lines import Trail
from mailwatch.journal.signing import is_signed
from mailwatch.journal.stamping import is_stamped


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a verification found; `trail` and `digests` are of the files as they are."""

    trail: Trail
    digests: Mapping[str, str]
    faults: tuple[Remark, ...]


def verified(folder: Path, witnesses: Sequence[Head] = (), key: str = "") -> Verified:
    """Verify the files of a journal, against heads that somebody kept and the fingerprint of the key if given.

    Raises SourceError when there is no such folder, RegisterError when a file of it cannot be read.
    """
    with shared(folder):
        return _verified(folder, witnesses, key)


def _verified(folder: Path, witnesses: Sequence[Head], key: str) -> Verified:
    stamped = _stamped(folder)
    wanted = [head.size for head in (*witnesses, *stamped.values()) if head]
    trail, digests = followed(folder, wanted)
    return Verified(
        trail=trail,
        digests=digests,
        faults=(
            *_of_the_list(folder, digests),
            *_of_the_lines(folder, trail),
            *_of_the_head(content(folder, HEAD), trail),
            *_of_the_signature(folder, trail, key),
            *_of_the_witnesses(witnesses, trail),
            *_of_the_stamps(folder, trail, stamped),
        ),
    )


def followed(folder: Path, wanted: Sequence[int] = ()) -> tuple[Trail, dict[str, str]]:
    """Follow the lines of all days, and give the digest of every file but the list of digests."""
    trail, digests = Trail(wanted), dict[str, str]()
    for name in names(folder):
        if name == SUMS or not (folder / name).is_file():
            continue
        octets = content(folder, name)
        digests[name] = sha256(octets).hexdigest()
        if found := DAY_FILE.fullmatch(name):
            trail.take(found[1], octets)
    return trail, digests


def _stamped(folder: Path) -> dict[str, Head | None]:
    found = [name for name in names(folder) if STAMP_FILE.fullmatch(name)]
    return {name: read_head(content(folder, name)) for name in found if name.endswith(".head")}


# --- files ----------------------------------------------------------------------------------------


def _of_the_list(folder: Path, digests: Mapping[str, str]) -> Iterator[Remark]:
    listed = read_sums(content(folder, SUMS))
    owners = {digest: name for name, digest in listed.items()}
    for name in names(folder):
        if name == UNFINISHED:
            yield Remark(
                "l’écriture a été interrompue (« {file} ») ; le prochain relevé la termine",
                file=name,
            )
        elif name not in listed and name != SUMS:
            yield Remark("« {file} » est de trop : {sums} ne le nomme pas", file=name, sums=SUMS)
    for name, digest in listed.items():
        found = digests.get(name)
        other = owners.get(found or "")
        if found is None:
            yield _lost(name)
        elif found == digest:
            continue
        elif other and digests.get(other) == digest:
            if name < other:
                yield Remark("« {file} » et « {other} » sont échangés", file=name, other=other)
        else:
            yield Remark("« {file} » n’est plus tel qu’il a été écrit", file=name)
    if listed == digests and content(folder, SUMS) != sums_text(digests):
        yield Remark("« {file} » n’est plus tel qu’il a été écrit", file=SUMS)


def _lost(name: str) -> Remark:
    if day := DAY_FILE.fullmatch(name):
        return Remark("la journée du {day} manque (« {file} »)", day=day[1], file=name)
    return Remark("« {file} » manque", file=name)


def _of_the_lines(folder: Path, trail: Trail) -> Iterator[Remark]:
    if trail.holds:
        return
    days = [found[1] for name in names(folder) if (found := DAY_FILE.fullmatch(name))]
    told = False
    for remark in damage((day, content(folder, f"{day}.jsonl")) for day in days):
        told = True
        yield remark
    if not told:
        yield Remark("les lignes ne se suivent pas")


# --- head and signature ---------------------------------------------------------------------------


def _of_the_head(told: bytes, trail: Trail) -> Iterator[Remark]:
    if not told:
        yield Remark("« {file} » manque", file=HEAD)
    elif (head := read_head(told)) is None:
        yield Remark("la tête du journal ne se lit plus (« {file} »)", file=HEAD)
    elif head.size > trail.size:
        yield Remark(
            "le journal est coupé : sa tête dit {expected} lignes, il en reste {size}",
            expected=head.size,
            size=trail.size,
        )
    elif head.size < trail.size:
        yield Remark(
            "des lignes s’ajoutent à celles de la tête : {size} au lieu de {expected}",
            expected=head.size,
            size=trail.size,
        )
    elif head.digest != trail.digest:
        yield Remark("la tête du journal n’a pas l’empreinte de ses {size} lignes", size=trail.size)


def _of_the_signature(folder: Path, trail: Trail, key: str) -> Iterator[Remark]:
    public = content(folder, PUBLIC_KEY)
    if not (public or trail.key or key or content(folder, SIGNATURE)):
        return
    named = fingerprint(public)
    if named != trail.key:
        yield Remark(
            "la clé a été remplacée : « {file} » est {found}, le journal nomme {expected}",
            file=PUBLIC_KEY,
            found=named or "?",
            expected=trail.key or "?",
        )
    if key and named != key:
        yield Remark(
            "la clé a été remplacée : « {file} » est {found}, vous attendiez {expected}",
            file=PUBLIC_KEY,
            found=named or "?",
            expected=key,
        )
    if content(folder, SIGNERS) != signers_text(public):
        yield Remark("« {file} » ne nomme pas la clé du journal", file=SIGNERS)
    if not content(folder, SIGNATURE):
        yield Remark("« {file} » manque", file=SIGNATURE)
    elif not is_signed(content(folder, HEAD), folder / SIGNATURE, folder / SIGNERS):
        yield Remark("la signature de la tête n’est pas celle de cette clé")


# --- what others know -----------------------------------------------------------------------------


def _of_the_witnesses(witnesses: Sequence[Head], trail: Trail) -> Iterator[Remark]:
    for head in witnesses:
        yield from against(trail, head)


def against(trail: Trail, witness: Head) -> Iterator[Remark]:
    """Say how a journal contradicts a head that somebody kept, at a size that the trail was asked for."""
    if witness.size > trail.size:
        yield Remark(
            "le journal est coupé : une tête attestée dit {expected} lignes, il n’en a que {size}",
            expected=witness.size,
            size=trail.size,
        )
    elif witness.size and trail.digests.get(witness.size) != witness.digest:
        yield Remark(
            "le passé a été réécrit : les {size} premières lignes n’ont pas l’empreinte attestée",
            size=witness.size,
        )


def _of_the_stamps(
    folder: Path, trail: Trail, stamped: Mapping[str, Head | None]
) -> Iterator[Remark]:
    tokens = {name for name in names(folder) if name.endswith(".tsr")}
    expected = {f"{day}.head" for day in trail.stamps} | {f"{name[:-4]}.head" for name in tokens}
    for name in sorted(expected - stamped.keys()):
        yield Remark("« {file} » manque", file=name)
    for name, head in stamped.items():
        token = f"{name[:-5]}.tsr"
        if head is None:
            yield Remark("la tête du journal ne se lit plus (« {file} »)", file=name)
        else:
            yield from against(trail, head)
        if token not in tokens:
            yield Remark("« {file} » manque", file=token)
        elif not is_stamped(folder / name, folder / token, folder / AUTHORITY):
            yield Remark("le jeton « {file} » ne date pas cette tête", file=token)
