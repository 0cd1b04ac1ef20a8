"""The words of the domain, as immutable values; no behaviour.

Terms follow RFC 5322 and 5598 (message, delivery), RFC 3834 and 3464 (automatic mail, reports), ISO 19011
(evidence, finding) and the référentiel; the glossary in CONTRIBUTING is the law. `*_at` is an aware instant,
`*_on` a local date of the territory, a delay is in working days. Addresses are lower case; message
identifiers keep their angle brackets (RFC 5322 section 3.6.4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Channel(StrEnum):
    """How a request reached the administration; it decides the number of working days."""

    EMAIL = "email"
    LETTER = "letter"


class Role(StrEnum):
    """What a folder holds: mail that arrived, or mail that was sent."""

    INBOX = "inbox"
    SENT = "sent"


class Direction(StrEnum):
    """Which way a message went, by the role of the folder it was found in."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"


class Nature(StrEnum):
    """What a message is; the words of the public contract."""

    REQUEST = "request"
    REMINDER = "reminder"
    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    THANKS = "thanks"
    AUTOMATIC_REPLY = "automatic_reply"
    OUT_OF_OFFICE = "out_of_office"
    DELIVERY_REPORT = "delivery_report"
    READ_RECEIPT = "read_receipt"
    CALENDAR_REPLY = "calendar_reply"
    BULK = "bulk"
    SPAM = "spam"
    OUT_OF_SCOPE = "out_of_scope"
    INTERNAL = "internal"
    REPLY = "reply"
    HOLDING_REPLY = "holding_reply"
    INFORMATION_NEEDED = "information_needed"
    REFERRAL = "referral"
    AUTOMATIC_ACKNOWLEDGEMENT = "automatic_acknowledgement"
    INTERNAL_FORWARD = "internal_forward"


class Confidence(StrEnum):
    """How far a verdict may be trusted without a person; `LOW` asks for review."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Outcome(StrEnum):
    """What became of a mention that was looked for; "could not tell" is a result of its own."""

    PRESENT = "present"
    ABSENT = "absent"
    EXEMPT = "exempt"
    UNVERIFIABLE = "unverifiable"


class AuthorLevel(StrEnum):
    """How the writer is named, from the most to the least."""

    FULL_NAME = "full_name"
    FIRST_NAME = "first_name"
    INITIALS = "initials"
    NUMBER = "number"
    ROLE = "role"


class Place(StrEnum):
    """Where in the writer's own words a mention was found."""

    SIGNATURE = "signature"
    HEADER_BLOCK = "header_block"
    DELEGATED_FORMULA = "delegated_formula"
    BODY = "body"


class Grade(StrEnum):
    """How well an instant is attested, from the MTA's word to a contradiction."""

    A = "A"
    """Handed over by the mail server, or seen live."""
    B = "B"
    """A server's date, consistent with live polling."""
    C = "C"
    """Found afterwards, in a backfill or an export."""
    X = "X"
    """Instants that contradict each other."""


class State(StrEnum):
    """Where a request stands on a given day."""

    ANSWERED_IN_TIME = "answered_in_time"
    ANSWERED_LATE = "answered_late"
    OVERDUE = "overdue"
    PENDING = "pending"
    EXCLUDED = "excluded"


class Convention(StrEnum):
    """What a reception on a closed day means: day 0 as it is, or moved to the next working day."""

    STRICT = "strict"
    ROLLED = "rolled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The days between which something happened, both included."""

    earliest_on: date
    latest_on: date


# --- a message as it was delivered and read -------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The bytes of one message and where they were found (RFC 5598 section 3)."""

    raw: bytes
    file: str
    role: Role
    server_at: datetime | None = None
    """INTERNALDATE where the source has one; a file never has."""
    seen_live: bool = False
    """Handed over by the mail server, or its date lies between two looks at the folder close to each other."""
    unseen_at: datetime | None = None
    """The last look at the folder that did not find it; None before the first, and for a file."""
    seen_at: datetime | None = None
    """The look that found it; None for a file."""
    journal: bool = False
    """From a folder that holds copies of mail both ways: its header tells the role, not the folder."""
    handed_over: bool = False
    """Handed over by our own mail server, whose word the topmost `Received` is; `server_at` is when we took it."""
    return_path: str = ""
    """The sender of the envelope of what was handed over; empty for the null one."""
    report: bool = False
    """A journal report, which holds the message itself and tells of its envelope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One mailbox of an address list: display name and address (RFC 5322 section 3.4)."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A part that the reader sees as a file or a picture, never opened."""

    name: str
    content_type: str
    size: int
    """Octets after the transfer encoding is undone."""
    inline: bool
    content_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One `Received` field: who signed it, and when (RFC 5321 section 4.4)."""

    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedRecipient:
    """What a report says of one recipient: Final- or Original-Recipient, Action, Status (RFC 3464)."""

    address: str
    action: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A multipart/report (RFC 6522) or a message that carries its parts."""

    kind: str
    """The report-type: `delivery-status`, `disposition-notification`, `feedback-report`."""
    recipients: tuple[ReportedRecipient, ...]
    original_message_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """A message that the writer passed on, as its header block in the body tells."""

    sender: Address | None
    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message decoded: what a person sees, and what the header says."""

    message_id: str | None
    references: tuple[str, ...]
    """`References` then `In-Reply-To`, oldest first, at most the last 20."""
    conversation: str = ""
    """The conversation that Outlook's `Thread-Index` names, written as an identifier, else empty."""
    senders: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    subject: str
    dated_at: datetime | None
    """The `Date` field, never invented; naive when it names no zone."""
    hops: tuple[Hop, ...]
    """`Received` fields, topmost first."""
    headers: Mapping[str, tuple[str, ...]]
    """Every field by lower-case name, unfolded, not decoded."""
    content_type: str
    parts: tuple[str, ...]
    """Content types of the leaves, in order."""
    calendar_method: str
    """The iTIP method of a text/calendar part in lower case (RFC 5546), else empty."""
    report: Report | None
    text: str
    """Everything visible, quoted text included, lines as the reader sees them."""
    own: str
    """The writer's own visible words, wherever they stand."""
    quoted: str
    forwarded: Forwarded | None
    attachments: tuple[Attachment, ...]
    pictures: int
    """Pictures shown in the body that are large enough to hold words."""
    opaque: str
    """Why the body cannot be read at all (`smime`, `pgp`, `tnef`), else empty."""
    parts_disagree: bool
    """The plain text and the HTML alternative say different things."""
    defects: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A delivery that is no message, with the reason, in French, for the list of the quarantined."""

    file: str
    role: Role
    reason: str


# --- verdicts on one message ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a verdict rests on: a rule, and the words or the field that met it."""

    rule: str
    text: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a message is, and why."""

    nature: Nature
    also: tuple[Nature, ...] = ()
    answer_due: bool = False
    correspondent: str = ""
    """The citizen's address: the sender, or the person a form's robot or a colleague wrote for."""
    evidence: tuple[Evidence, ...] = ()
    confidence: Confidence = Confidence.HIGH
    reason: str = ""
    """Why the message is out of scope, in French, else empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One of the three mentions of engagement 16.3 in one answer."""

    outcome: Outcome
    text: str = ""
    level: AuthorLevel | None = None
    place: Place | None = None
    decided_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """What an answer says of its author, its service and its institution (16.3)."""

    author: Mention
    service: Mention
    institution: Mention
    from_class: str
    """The class of the From address, apart from the mentions: `functional`, `personal`, `outside`, `none`."""
    header_only: tuple[str, ...] = ()
    """Mentions that only the display name or the subject carries: `author`, `service`, `institution`."""
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """The date an answer promises more for; `on` is None when the words give no date."""

    on: date | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What is remembered of one message: its header's links and the verdicts, never its body.

    `sketch` and `quoted_sketch` are sets of word-sequence digests, enough to see that one text quotes
    another (`threads`), too little to read either.
    """

    key: str
    """Hexadecimal digest of the bytes."""
    file: str
    role: Role
    at: datetime
    """Arrival for an incoming message, sending for an outgoing one, in the territory's zone."""
    grade: Grade
    message_id: str | None
    references: tuple[str, ...]
    sender: str
    recipients: tuple[str, ...]
    """To then Cc, without the sender."""
    direct: int
    """How many of `recipients` are in To."""
    subject: str
    """The base subject, folded (RFC 5256 section 2.1, with the French prefixes)."""
    reading: Reading
    answer: Nature | None
    """The outgoing nature of a human message of ours to somebody outside, wherever it was found."""
    mentions: Mentions | None
    announced: Announced | None
    sketch: bytes
    quoted_sketch: bytes
    identifiers: tuple[str, ...]
    """File numbers and the like that the subject or the text names."""
    report: Report | None
    findings: tuple[str, ...]
    span: Span | None = None
    """The days that its instants allow, around that of `at`; None when they agree on it."""


# --- what a person declares -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """A line of the exceptions register: a service whose agents need not be named (16.3, CRPA L111-2)."""

    address: str
    service: str
    ground: str
    decided_by: str
    from_on: date
    until_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A watched mailbox and the service it belongs to."""

    address: str
    service: str
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualAnswer:
    """An answer outside the mail (telephone, counter, letter) that a person vouches for."""

    request: str
    """The message identifier or the reference of the letter."""
    on: date
    kind: str
    by: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One line of the register of letters."""

    file: str
    line: int
    reference: str
    received_on: date
    service: str
    answered_on: date | None
    kind: str
    note: str
    correspondent: str = ""
    repeated: bool = False
    """The register uses its reference more than once."""


class CorrectionKind(StrEnum):
    """What a person may set right; each is a record of its own, and a newer one replaces an older one."""

    NATURE = "nature"
    """The message is this nature: `value` is a `Nature`."""
    LINK = "link"
    """The message belongs to the request that `value` names, or to none (`none`)."""
    SERVICE = "service"
    """The request is for the service that `value` names."""
    EXCLUSION = "exclusion"
    """The request does not count (`excluded`), or does after all (`counted`)."""
    NOTE = "note"
    """Cause of a delay and what was done about it: free words in `value`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a person decided about a message or a request, with author and reason.

    An empty `value` takes back what was said before: the computed verdict holds again.
    """

    kind: CorrectionKind
    target: str
    """The request's id, or the message's: its `Message-ID`, or the key of its fact."""
    value: str
    author: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Institution:
    """The administration whose mail is judged, as its settings declare it."""

    name: str = ""
    calendar: str = ""
    timezone: str = ""
    domains: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    trusted_relays: tuple[str, ...] = ()
    convention: Convention = Convention.STRICT
    observe_from: date | None = None
    closed: tuple[date, ...] = ()
    """Local closures: bridge days, strikes declared by order, annual closing."""
    opened: tuple[date, ...] = ()
    """Public holidays that the services work."""
    customary: tuple[str, ...] = ()
    """Customary days of the territory that the services keep, by their name in the calendar."""
    exemptions: tuple[Exemption, ...] = ()
    boxes: tuple[Box, ...] = ()
    manual_answers: tuple[ManualAnswer, ...] = ()
    services: tuple[str, ...] = ()
    """The declared directory: names and acronyms of the services."""
    agents: tuple[str, ...] = ()
    """The declared directory: names of the agents."""
    name_model: bool | None = None
    """Whether a model is asked about names that are left undecided; None where no service runs, if it is there."""


# --- requests and figures -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """One day of a deadline's explanation: does it count, and why."""

    on: date
    counts: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """When an answer is due, and how that was counted."""

    received_on: date
    due_on: date
    days: tuple[DayCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A message that belongs to a request, what it does there, and on what evidence."""

    key: str
    file: str
    message_id: str | None
    on: date
    part: str
    """`copy`, `reminder`, `complement`, `thanks`, `answer`, `automatic`, `forward`, `bounce`."""
    evidence: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer to a request, by mail or vouched for by a person."""

    on: date
    delay: int
    kind: str
    """An outgoing nature, or the kind a manual answer was given."""
    substantive: bool
    message_id: str | None
    key: str
    mentions: Mentions | None
    announced: Announced | None
    bounced: bool = False
    declared: bool = False
    """Vouched for by a person, not seen in the mail."""
    grade: Grade = Grade.C
    """How well its date is attested; a person's word is one found afterwards."""
    span: Span | None = None
    """The days that its instants allow; None when they agree on one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a request may have been, where instants disagree on a day: each from the earliest to the latest."""

    received: Span
    due: Span
    answered: Span | None
    """When the first qualifying answer was given; None without one."""
    delay: tuple[int, int] | None
    """Its shortest and its longest delay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One question by one person: the unit of counting, with all that was decided about it."""

    id: str
    file: str
    message_id: str | None
    channel: Channel
    received_at: datetime | None
    """None for a letter: its stamp is a date."""
    received_on: date
    grade: Grade
    due_on: date
    service: str
    nature: Nature
    state: State = State.PENDING
    answers: tuple[Answer, ...] = ()
    """Every answer in order, bounced ones included."""
    first: Answer | None = None
    """The first qualifying answer, which decides the rate."""
    substantive: Answer | None = None
    links: tuple[Link, ...] = ()
    boxes: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    excluded_because: str = ""
    follow_up_on: date | None = None
    """When the substantive answer was promised, or expected by the rule, after a holding reply."""
    confidence: Confidence = Confidence.HIGH
    note: str = ""
    """What a person wrote of the cause of a delay, and of what was done about it."""
    corrected: tuple[str, ...] = ()
    """Kinds of the corrections that hold; a note corrects nothing."""
    bounds: Bounds | None = None
    """None when its instants agree on each day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A rate with its population: never a percentage alone."""

    numerator: int
    denominator: int
    text: str
    """`92,3 %` or `Sans objet`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """How far a rate may be off: what instants that disagree, and messages that came and went unseen, allow."""

    lowest: Rate
    highest: Rate
    uncertain: int
    """Requests whose verdict depends on which of their instants is right."""
    missed: int
    """Messages that came and went unseen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelIndicators:
    """The figures of one channel over one period (engagements 17 and 18)."""

    answered_in_time: Rate
    substantive_in_time: Rate
    mean_first_delay: float | None
    mean_substantive_delay: float | None
    median_first_delay: float | None
    p90_first_delay: int | None
    pending: int
    holding_without_followup: int
    holding_open: int
    excluded: int
    margin: Margin | None = None
    """Of `answered_in_time`; None when nothing leaves it open."""
    grades: Mapping[Grade, int] = field(default_factory=dict)
    """How the arrivals of its population are attested."""
    answer_grades: Mapping[Grade, int] = field(default_factory=dict)
    """How the first answers are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionCount:
    """How one mention fared over the human answers (engagement 16.3)."""

    present: int
    exempt: int
    absent: int
    unverifiable: int
    text: str
    """The rate `(present + exempt) / (total - unverifiable)`, as `Rate.text`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicators:
    """All the figures of a period."""

    email: ChannelIndicators
    letter: ChannelIndicators
    author: MentionCount
    service: MentionCount
    institution: MentionCount
    grades: Mapping[Grade, int] = field(default_factory=dict)
    """How the arrivals of the population are attested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days over which requests are counted, both included; None is open."""

    from_on: date | None
    to_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwatched:
    """A time in which a folder was not looked at, or in which messages came and went unseen."""

    account: str
    folder: str
    role: Role
    """What the folder holds: what is missing from it are requests, or answers."""
    since: datetime | None
    """None: before the folder was looked at for the first time."""
    until: datetime
    missed: int
    """Messages that came and went, by the numbers that the server gave out; 0 when there was only nobody looking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """An answer of ours that a citizen quotes and that was never seen: a sent folder is not watched."""

    file: str
    on: date
    box: str
    request: str
    """The id of the request it probably answers, else empty."""
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """An incoming message that is no request, read with low confidence: perhaps it is one."""

    key: str
    file: str
    on: date
    nature: Nature
    box: str
    evidence: tuple[str, ...]
    """The rules it rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A line of a register of letters that could not be read, with the reason in French."""

    file: str
    line: int
    reason: str


class LocalChange(StrEnum):
    """What a site's own rule file does to the rules that ship with the program."""

    NEW = "new"
    """A rule of its own."""
    MORE = "more"
    """More phrases of a rule, or more words of a list."""
    OFF = "off"
    """A rule that the site does without."""
    VALUE = "value"
    """Another value of a settled definition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalRule:
    """One thing that a site changes in the rules, and on what ground."""

    change: LocalChange
    target: str
    """The id of a rule, the key of a choice, or a list with its pack before it."""
    title: str
    source: str
    """What the change rests on; the reason of a rule that is switched off."""
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A correction that holds, and what it concerns."""

    correction: Correction
    on: date
    """The day of the message it is about, or of the reception of its request."""
    request: str
    """The id of the request it changes; empty when the message belongs to none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """All that an offline run found: what `report` prints and the public JSON holds."""

    institution: Institution
    period: Period
    today: date
    requests: tuple[Request, ...]
    """In the order of reception."""
    indicators: Indicators
    by_month: Mapping[str, Indicators]
    """`2026-01` and so on, of reception."""
    by_service: Mapping[str, Indicators]
    set_aside: Mapping[Nature, int]
    """Incoming messages that are no request at all, counted by nature."""
    doubted: tuple[SetAside, ...] = ()
    """Those of them whose reading is not sure."""
    unseen: tuple[Unseen, ...]
    quarantined: tuple[Unreadable, ...]
    refused: tuple[Refused, ...]
    messages: int
    """Messages read, the quarantined not among them."""
    duplicates: int
    """Further copies of messages already counted."""
    rules: str
    """The digest of the rule files."""
    rulings: tuple[Ruling, ...] = ()
    """What persons set right, by the day of what it concerns."""
    local: tuple[LocalRule, ...] = ()
    """What the site's own files change in the rules."""
    unwatched: tuple[Unwatched, ...] = ()
    """When mailboxes were not watched, the oldest first; files are never watched."""
