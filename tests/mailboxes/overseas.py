"""Mailboxes hours away from UTC and from Paris: Martinique and La Réunion."""

# A mail's words stand as they were written: long lines are its own.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.mailboxes.mailbox import LATE, MBOX, OVERDUE, PENDING, Figures, Mailbox
from tests.mailboxes.post import Post


def martinique() -> Mailbox:
    """Four hours behind UTC, in mbox files; the servers write UTC, the abolition of slavery is celebrated."""
    post = Post(
        zone="America/Martinique",
        box="contact@martinique.pref.gouv.fr",
        host="mx.martinique.pref.gouv.fr",
        signature="Bien à vous,\n\nMarie-Josée LABEAU\nMission d'accueil des usagers\nPréfecture de la Martinique",
        inbox="Boîte de réception.mbox",
        sent="Messages envoyés.mbox",
        style="gmail",
    )
    relay = "mx.martinique.pref.gouv.fr"
    jocelyne = "Jocelyne Rosette <j.rosette@mediaserv.example>"
    post.arrive(
        "soir", "2026-05-19 21:30", jocelyne, "Naturalisation : test de français",
        "Bonjour,\n\nFaut-il passer un test de français quand on a 62 ans pour demander la nationalité ?\n\nJocelyne Rosette",
        dated="Wed, 20 May 2026 01:30:00 +0000", hops=(f"from out.example by {relay}; Wed, 20 May 2026 01:30:05 +0000",),
    )
    post.send(
        "soir-r", "2026-05-28 16:00", jocelyne,
        "Bonjour Madame,\n\nLe niveau de français se prouve à tout âge, sauf si votre état de santé ne le permet pas.",
        answering="soir",
    )
    david = "David Montlouis <david.montlouis@orange.example>"
    post.arrive("matin", "2026-05-20 08:00", david, "Permis bateau", "Bonjour,\n\nQui délivre le permis plaisance en Martinique ?\n\nDavid Montlouis")
    post.send("matin-r", "2026-05-29 19:59", david, "Monsieur,\n\nLe permis plaisance est délivré par la Direction de la mer, à Fort-de-France.", answering="matin")
    lise = "Lise Édouard <lise.edouard@wanadoo.example>"
    post.arrive("jeudi", "2026-05-21 11:00", lise, "Carte grise scooter", "bonjour comment refaire la carte grise d'un scooter hérité ? merci. Lise Édouard")
    post.send(
        "jeudi-r", "2026-05-29 21:10", lise,
        "Bonjour Madame,\n\nLa demande se fait en ligne, avec l'attestation du notaire et l'ancienne carte grise.",
        answering="jeudi",
    )
    steeve = "Steeve Nelson <steeve.nelson@gmail.example>"
    post.arrive(
        "cite", "2026-05-25 10:00", steeve, "Bal du 14 juillet",
        "Bonjour,\n\nNotre comité prépare un bal le 14 juillet à Schœlcher.\nFrom 20 h to 2 h, faut-il un arrêté ?\n\nFrom what I read: 01:30 is the limit.\n\nSteeve Nelson",
    )
    post.send("cite-r", "2026-06-02 08:00", steeve, "Monsieur,\n\nL'horaire tardif est autorisé par le maire ; au-delà de deux heures, une dérogation est nécessaire.", answering="cite", linked=False)
    rose = "Rose-Aimée Paul <ra.paul@laposte.example>"
    post.arrive("premier", "2026-06-01 00:20", rose, "Médaille du travail", "Bonjour,\n\nCombien d'années faut-il pour la médaille d'honneur du travail, échelon argent ?\n\nRose-Aimée Paul")
    post.arrive("tard", "2026-06-03 23:30", david, "Jet-ski", "Bonjour,\n\nLe permis côtier suffit-il pour un jet-ski ?\n\nDavid Montlouis")
    post.arrive("spam", "2026-06-02 03:00", "Crédit Express <promo@credit-express.example>", "Votre prêt à 0,9 % accordé !!!", "Félicitations !!! Votre crédit de 50 000 € est PRÉ-ACCORDÉ. Cliquez ici maintenant : http://credit-express.example/gagnez", headers={"X-Spam-Flag": "YES"})
    return Mailbox(
        name="martinique",
        settings="""
[institution]
name = "Préfecture de la Martinique"
calendar = "972"
domains = ["martinique.pref.gouv.fr"]
addresses = ["contact@martinique.pref.gouv.fr"]
""",
        now="2026-06-10T01:00:00+00:00",
        form=MBOX,
        kept=tuple(post.kept),
        expected=(
            post.answered("soir", "2026-05-19", "2026-05-28", "2026-05-28", "soir-r", 5, "already the 20th in UTC; 22 and 25 May are closed"),
            post.answered("matin", "2026-05-20", "2026-05-29", "2026-05-29", "matin-r", 5, "20 May in Martinique (domain.md 3.4)"),
            post.answered("jeudi", "2026-05-21", "2026-06-01", "2026-05-29", "jeudi-r", 4, "the answer left on the 30th in UTC"),
            post.answered("cite", "2026-05-25", "2026-06-01", "2026-06-02", "cite-r", 6, "lines that begin with From; received on a holiday", LATE),
            post.unanswered("premier", "2026-06-01", "2026-06-08", OVERDUE, "it is still 9 June in Martinique, and yet past due"),
            post.unanswered("tard", "2026-06-03", "2026-06-10", PENDING, "received at half past eleven at night"),
        ),
        email=Figures(numerator=3, denominator=5, rate="60 %", pending=1, unfollowed=0, mean_first=5.0, mean_substantive=5.0, median=5.0, p90=6),
    )


def la_reunion() -> Mailbox:
    """20 December falls on a Friday in 2024; Thunderbird's own files, without extension."""
    post = Post(
        zone="Indian/Reunion",
        box="courrier@reunion.pref.gouv.fr",
        host="mx.reunion.pref.gouv.fr",
        signature="Cordialement,\n\nJean-Noël PAYET\nBureau des usagers de la route\nPréfecture de La Réunion",
        inbox="INBOX",
        sent="Sent",
        style="thunderbird",
    )
    marie = "Marie Hoarau <marie.hoarau@orange.example>"
    post.arrive("jeudi-19", "2024-12-19 09:00", marie, "Permis moto", "Bonjour,\n\nÀ quel âge peut-on passer le permis A2 ?\n\nMarie Hoarau", style="thunderbird")
    post.send("jeudi-19-r", "2024-12-30 15:00", marie, "Madame,\n\nLe permis A2 se passe à partir de dix-huit ans.", answering="jeudi-19")
    joel = "Joël Grondin <joel.grondin@sfr.example>"
    post.arrive("ferie", "2024-12-20 10:00", joel, "Visite médicale", "Bonjour, la liste des médecins agréés pour la visite médicale du permis svp ? Joël Grondin")
    post.send("ferie-r", "2024-12-20 18:00", joel, "Monsieur,\n\nLa liste des médecins agréés est publiée sur le site de la préfecture, rubrique Permis de conduire.", answering="ferie")
    sabine = "Sabine Técher <sabine.techer@zeop.example>"
    post.arrive("reveillon", "2024-12-24 17:00", sabine, "Suspension", "Bonsoir,\n\nMon permis a été suspendu trois mois, comment le récupérer ?\n\nSabine Técher")
    post.send("reveillon-r", "2024-12-26 08:00", sabine, "Madame,\n\nIl faut une visite médicale auprès d'un médecin agréé, puis une demande en ligne.", answering="reveillon")
    eric = "Éric Boyer <eric.boyer@gmail.example>"
    post.arrive("saint-sylvestre", "2024-12-31 23:59", eric, "Amende", "Comment contester une amende reçue pour un véhicule vendu ?\n\nÉric Boyer")
    post.send("saint-sylvestre-r", "2025-01-09 10:00", eric, "Monsieur,\n\nLa contestation se fait en ligne ou par lettre recommandée, dans les quarante-cinq jours, avec le certificat de cession.", answering="saint-sylvestre")
    post.arrive("an-neuf", "2025-01-01 00:01", "Lucas Fontaine <l.fontaine@free.example>", "Auto-école", "Bonjour,\n\nQuelles sont les auto-écoles agréées à Saint-Paul ?\n\nLucas Fontaine")
    post.arrive("voeux", "2025-01-02 09:00", marie, "Re: Permis moto", "Merci et bonne année à toute l'équipe !\n\nMarie Hoarau", answering="jeudi-19-r", style="thunderbird")
    return Mailbox(
        name="la_reunion",
        settings="""
[institution]
name = "Préfecture de La Réunion"
calendar = "974"
domains = ["reunion.pref.gouv.fr"]
addresses = ["courrier@reunion.pref.gouv.fr"]
""",
        now="2025-01-09T12:00:00+04:00",
        form=MBOX,
        kept=tuple(post.kept),
        expected=(
            post.answered("jeudi-19", "2024-12-19", "2024-12-30", "2024-12-30", "jeudi-19-r", 5, "20 and 25 December; the wishes are thanks"),
            post.answered("ferie", "2024-12-20", "2024-12-30", "2024-12-20", "ferie-r", 0, "received and answered on the day of abolition"),
            post.answered("reveillon", "2024-12-24", "2025-01-02", "2024-12-26", "reveillon-r", 1, "26 December is a working day here"),
            post.answered("saint-sylvestre", "2024-12-31", "2025-01-08", "2025-01-09", "saint-sylvestre-r", 6, "a minute before midnight, four hours before Paris", LATE),
            post.unanswered("an-neuf", "2025-01-01", "2025-01-08", OVERDUE, "a minute after midnight"),
        ),
        email=Figures(numerator=3, denominator=5, rate="60 %", unfollowed=0, mean_first=3.0, mean_substantive=3.0, median=3.0, p90=6),
        mentions=((4, 0, 0, 0), (4, 0, 0, 0), (4, 0, 0, 0)),
    )
