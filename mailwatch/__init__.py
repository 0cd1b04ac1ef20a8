"""mailwatch: the compliance checker for the correspondence of French public administrations.

A message is a fact; everything else is computed from the set of facts, the rules and the day. The map
below goes from the words of the domain down to the commands: a module imports only from layers that
stand above its own, and modules of one layer know nothing of each other.

The core: no clock, file, socket, environment or randomness.

    errors      The ways mailwatch can fail, as one tree.

    model       The words of the domain, as immutable values.

    site        The watched site, as its settings declare it: accounts, register, alert.

    wording     French words in text, whatever their accents, case or inflection.
    packing     A fact as a string of bytes, and back.

    workdays    Working days of a French territory: is it one, which is the nth, and why.
    message     The bytes of a mail become a `Message`: decoded, own words apart from quoted ones.
    addresses   Whose address is it: the institution's own, a robot's, or somebody outside.
    instants    When a message arrived or left, and on what evidence.
    labels      The French words for the domain's values, one word a thing.
    templating  Templates made ready to be filled: pages are escaped.
    signs       Signs as files and paper can hold them, and where a word too long may break.
    periods     Periods by their names: year, half, quarter, month.

    ruleset     The référentiel as typed values, refused if inconsistent.
    dates       Dates and delays as French writes them, resolved to a day.

    bounces     Which of our answers came back.
    threads     Which messages belong together, and on what evidence.
    nature      What a message is: request, reminder, reply, automatic mail.
    mentions    Which of the three mentions an answer carries, in which words.
    promises    The date by which an answer announces more.
    hints       Plain language: what a reader may stumble over, as advice.

    sealing     A fact without the persons: pseudonyms where they were named.
    outbound    What we were seen to send: a quoted answer that is not here went out elsewhere.
    cases       A request while its mail is read, with its answers as they were given.

    kinship     By what a message may touch others: persons, identifiers, words.
    lookup      Cases found again: by person, by message, by words.

    matching    Which case a message belongs to, by persons first, then by ties.

    casebook    Requests while the mail is read in order: joined, answered, or opened.

    standing    Where a request stands on a given day, with its answers and delays.
    ordering    The order in which facts are decided, whatever order they came in.

    naming      What persons call messages, and which message each name means.
    erasure     Facts that name nobody any more, and still amount to the same requests.

    corrections  What persons set right: which hold, what they mean, what they change.
    sampling    Cases drawn for an audit, and how often what the program said of them was right.

    triage      From the set of facts to the requests: the whole decision.

    indicators  Rates and means, each with the population it rests on.
    report      The figures and the requests as documents: page, PDF, spreadsheets.
    reviewing   What a person is asked to look at, and one request day by day.
    manual      The rules as people read them: a phrase in words, a page to print.
    disclosure  What is held on one person, for that person to read.

    alert       The weekly alert: when it leaves, for whom, and how it reads.
    drafts      An agent's draft before it leaves: which mentions it has, which line to add.
    specimens   The courriels type: read, filled, judged, set as pages for the users' committee.

The shell: where mail, settings and the day come from, and where results go.

    language    The language the command line speaks: French unless asked otherwise.
    recognition  Persons' names in a line, by a statistical model: the only user of spaCy.

    sources     Where mail and letters come from: folders, Maildir, mbox, IMAP, registers of letters.
    settings    The institution's own values, checked key by key.
    journal     The journal as files that a stranger can verify, and their verification.
    analysis    One delivery becomes a fact: the core, run on bytes nobody vouches for.

    typesetting  Pages as PDF, whatever signs they hold.

    workers     Processes that judge hostile bytes under limits.
    register    What was seen, decided and said, and the journal of it all.
    library     The courriels type of a site, judged by the function that judges its mail.

    polling     One look at every watched mailbox: listed, fetched, judged, recorded, decided.
    offline     The offline run: files in, requests and figures out.
    outbox      Alerts on their way: queued, sent, known again.

    intake      Mail that the mail server hands over itself: copies, and drafts to be checked.

    health      How the service is: what is looked at, what waits, what fails.
    probe       The same for a monitor: one line, at once, without the register's libraries.
    rereading   Sender and subject of a message, read again live and kept nowhere.

    contracts   The public JSON.
    display     Verdicts and figures on a terminal.

    screens     The service on a terminal: how it is, what to review, one request.
    printing    The manual of rules on a terminal.
    auditing    The internal audit on a terminal: cases, what to look at, what came of it.

    publishing  The report's files, written to a folder.

    dossier     The auditor's pack: report, register, sample and journal in one file.

    daemon      The service: mailboxes looked at at each tick, one alert a week.

    diagnosis   What the service needs, tried one by one: machine, servers, register.

    demo        Two invented mailboxes, served and watched before the reader's eyes.

    commands    The commands: options in, one call, output out.

    cli         The way in: language first, every failure a sentence and an exit code.

Inside a room of several files, from the first to read to the last; `__init__` is its door:

    model       terms, mail, verdicts, declared, requests, figures, sampled
    workdays    territories
    message     charset, encoded, page, style, sight, walk, html, mime, dates, fields, structure, reports, journaled,
                attributions, openings, additions, quoting, body
    ruleset     terms, tables, packs, choices, local, leanings
    dates       reckoning, figures, grammar, english
    nature      automatic, forms, voices, mass, scope, person, internal, earlier, leaning, incoming, cues,
                asking, elsewhere, answering, outgoing
    mentions    lexicon, page, names, kinds, blocks, endings, zones, author, undecided,
                domains, units
    promises    governors
    report      terms, cells, precision, committee, trends, lists, evidence, method, charts, chapters, closing, page,
                document, spreadsheets, ods
    alert       schedule, trends, lines, intervals, sections, mailings, pages
    specimens   terms, places, reading, filling, judging, sheet
    sources     files, letters, declared, imap
    imap        sasl, names, outlines, tokens, wire, faults, connection, opening
    register    terms, tables, rows, database, journal, sightings, recording, reconciling, moving, rewinding,
                components, bodies, words, readers, persons, decisions, reviews, erasing, access, observing,
                counted, figures, sealed, finding, alerts, checking
    outbox      composing, submitting, delivering
    intake      spool, conversation, listening, taking, answering
    dossier     columns, figures, formulas, terms, cases, words, parts, gathering, binding
    journal     lines, heads, damage, signing, stamping, folders, verifying, projecting
    settings    toml, packaged, local, starter, secrets, advice, values, service, schema, contradictions,
                sentences, faults
    workers     terms, wire, process, serving
    polling     lines, looking, comparing, moving
    probe       presence, glance, verdict
    contracts   terms, verdicts, requests, figures, rules, samples, audits, privacy, service
    daemon      instance, telling, ticking, clocks, timekeeping, measuring, handing, witnessing, turns, duties
    commands    options, services, judging, counting, explaining, persons, privacy, reporting, sampling, serving,
                asking, installing, database, verifying, templates, packing, probing
    diagnosis   terms, machine, servers
    demo        story, structures, layouts, composing, export, mailboxes, stock, servers, committee,
                agreeing, watching, alerts, showing

How a mail flows: `sources` finds it, `analysis` has `message` read it and `nature`, `mentions` and
`promises` judge it, and keeps a `Fact`; `triage` makes requests of all facts; `indicators` counts them;
`report`, `display` and `contracts` say so.
"""
