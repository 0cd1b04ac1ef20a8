"""Mailboxes where the clock and the calendar set the traps: the Jura and the Moselle."""

# A mail's words stand as they were written: long lines are its own.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.mailboxes.composing import local, received
from tests.mailboxes.mailbox import (
    LATE,
    MAILDIR,
    OVERDUE,
    PENDING,
    Figures,
    Mailbox,
)
from tests.mailboxes.post import Post

JURA_SIGNATURE = """\
Bien cordialement,

Hélène PERRAUD
Bureau de la réglementation générale et des élections
Préfecture du Jura
8 rue de la Préfecture, 39030 Lons-le-Saunier Cedex"""


def jura() -> Mailbox:
    post = Post(
        zone="Europe/Paris",
        box="pref-reglementation@jura.gouv.fr",
        host="mx1.jura.gouv.fr",
        signature=JURA_SIGNATURE,
        inbox="Boîte de réception",
        sent="Éléments envoyés",
    )
    jeanne = "Jeanne Quirot <jeanne.quirot@orange.example>"
    post.arrive(
        "brocante", "2026-03-02 09:12", jeanne, "Vide-grenier de l'école",
        "Bonjour,\n\nNous organisons un vide-grenier dans la cour de l'école le 17 mai. Faut-il une déclaration "
        "en préfecture ou en mairie ?\n\nMerci d'avance,\nJeanne Quirot",
    )
    post.send(
        "brocante-r", "2026-03-04 10:02", jeanne,
        "Bonjour Madame,\n\nLa déclaration préalable d'un vide-grenier se dépose à la mairie de la commune, quinze "
        "jours au moins avant la manifestation. La préfecture n'a pas à être saisie.",
        answering="brocante",
    )
    post.arrive(
        "brocante-m", "2026-03-04 18:30", jeanne, "Re: Vide-grenier de l'école",
        "Merci beaucoup pour votre réponse, c'est très clair.\n\nJeanne Quirot", answering="brocante-r",
    )
    bastien = "Bastien Oudot <b.oudot@free.example>"
    post.arrive(
        "nuit", "2026-04-02 23:50", bastien, "duree recepisse armes",
        "bonsoir, combien de temps est valable le récépissé de déclaration d'une arme de catégorie C ? merci\nB. Oudot",
    )
    post.send(
        "nuit-r", "2026-04-10 23:55", bastien,
        "Bonjour Monsieur,\n\nLe récépissé n'a pas de durée de validité : il reste valable tant que vous détenez l'arme.",
        answering="nuit",
    )
    samia = "Samia Belhadj <samia.belhadj@laposte.example>"
    post.arrive(
        "samedi", "2026-03-07 11:00", samia, "Adresse du bureau des élections",
        "Bonjour,\n\nPouvez-vous me dire à quelle adresse envoyer une déclaration de candidature aux élections ?\n\nSamia Belhadj",
    )
    post.send(
        "samedi-r", "2026-03-14 10:00", samia,
        "Madame,\n\nLes déclarations de candidature se déposent sur place, au 8 rue de la Préfecture, et ne peuvent être envoyées.",
        answering="samedi",
    )
    remy = "Rémy Vuillet <remy.vuillet@sfr.example>"
    post.arrive(
        "futur", "2026-03-13 16:00", remy, "Quête sur la voie publique",
        "Madame, Monsieur,\n\nNotre amicale souhaite organiser une quête dans les rues de Dole. Quelle est la marche à suivre ?\n\nRémy Vuillet",
        dated="Fri, 01 Apr 2050 09:00:00 +0200",
    )
    post.send(
        "futur-r", "2026-03-13 17:00", remy,
        "Monsieur,\n\nUne quête sur la voie publique suppose une autorisation préfectorale ; le formulaire est joint à ce message.",
        answering="futur",
    )
    ines = "Inès Grandclément <ines.g@wanadoo.example>"
    post.arrive(
        "sans-trace", "2026-03-10 08:40", ines, "Horaires",
        "Bonjour,\n\nÀ quelles heures le bureau des armes est-il ouvert au public ?\n\nInès Grandclément", arrived=None,
    )
    paul = "Paul Chevassus <paul.chevassus@gmail.example>"
    post.arrive(
        "antidate", "2026-03-16 14:20", paul, "Feu d'artifice privé",
        "Bonjour,\n\nPour tirer un feu d'artifice lors d'un mariage le 11 juillet, dois-je prévenir la préfecture ?\n\nPaul Chevassus",
        dated="Mon, 02 Feb 2026 09:00:00 +0100",
        hops=(
            received(local("2026-03-16 14:20", "Europe/Paris"), "mx1.jura.gouv.fr"),
            "from pc by relais.ailleurs.example; Mon, 2 Feb 2026 09:00:05 +0100",
        ),
    )
    post.arrive(
        "antidate-r", "2026-03-18 09:30", "Luc Monnier <luc.monnier@jura.gouv.fr>", "RE: Feu d'artifice privé",
        "Bonjour Monsieur,\n\nUn spectacle pyrotechnique se déclare un mois avant sa date, à la mairie et à la préfecture.\n\n"
        "Luc MONNIER\nBureau de la sécurité intérieure\nPréfecture du Jura",
        to=paul, answering="antidate", style="outlook", headers={"Cc": "pref-reglementation@jura.gouv.fr"},
    )
    lea = "Léa Romand <lea.romand@proton.example>"
    post.arrive(
        "heure-ete", "2026-03-29 03:15", lea, "Drone",
        "Bonjour,\nAi-je besoin d'une autorisation pour filmer un clocher avec un drone de 249 g ?\nLéa Romand",
    )
    post.send(
        "heure-ete-r", "2026-03-30 09:00", lea,
        "Bonjour Madame,\n\nSi vous survolez une agglomération, une déclaration cinq jours avant le vol est nécessaire.",
        answering="heure-ete",
    )
    yann = "Yann Faivre <yann.faivre@outlook.example>"
    post.arrive(
        "minuit", "2026-03-10 00:30", yann, "Carte d'agent de sécurité",
        "Bonjour,\n\nJe voudrais savoir qui délivre la carte professionnelle d'agent de sécurité.\n\nCordialement,\nYann Faivre",
        dated="Mon, 09 Mar 2026 23:30:00 +0000",
        hops=("from out.example by mx1.jura.gouv.fr; Mon, 9 Mar 2026 23:30:04 +0000",),
    )
    post.send(
        "minuit-r", "2026-03-17 16:45", yann,
        "Monsieur,\n\nLa carte professionnelle est délivrée par le CNAPS, sur son site internet.", answering="minuit",
    )
    odette = "Odette Malfroy <odette.malfroy@orange.example>"
    post.arrive(
        "nouveau", "2026-03-11 10:10", odette, "association",
        "Bonjour Monsieur le Préfet\nje suis présidente du club du 3ème âge et je voudrais savoir comment déclarer notre nouveau bureau\nOdette Malfroy",
    )
    post.send(
        "nouveau-r", "2026-03-12 11:00", odette,
        "Madame la présidente,\n\nLa modification de votre bureau se déclare en ligne dans les trois mois, avec le procès-verbal de l'assemblée.",
        subject="Déclaration de votre nouveau bureau",
    )
    kevin = "Kévin Prost <kevin.prost@gmail.example>"
    post.arrive(
        "brouillon", "2026-03-12 15:00", kevin, "Débit de boissons temporaire",
        "Bonjour,\n\nQui autorise une buvette pour un tournoi de foot, la mairie ou la préfecture ?\n\nKévin Prost",
    )
    post.send(
        "brouillon-r", "2026-03-13 09:00", kevin, "Monsieur,\n\nLa buvette temporaire est autorisée par le maire.",
        answering="brouillon", folder="Brouillons",
    )
    alma = "Alma Girardot <alma.girardot@free.example>"
    post.arrive(
        "avance", "2026-03-20 00:10", alma, "Acte de décès à l'étranger",
        "Bonjour,\n\nQuelle démarche pour le transport d'une urne funéraire vers le Portugal ?\n\nAlma Girardot",
    )
    post.send(
        "avance-r", "2026-03-19 23:50", alma,
        "Madame,\n\nLa sortie du territoire d'une urne est autorisée par la préfecture ; la demande se fait par ce formulaire.",
        answering="avance",
    )
    theo = "Théo Bailly <theo.bailly@laposte.example>"
    post.arrive(
        "deux-boites", "2026-03-23 09:00", theo, "Taxi : examen",
        "Bonjour,\n\nQuand aura lieu la prochaine session de l'examen de conducteur de taxi ?\n\nThéo Bailly",
        to="pref-reglementation@jura.gouv.fr, prefecture@jura.gouv.fr",
    )
    post.copy("deux-boites-2", "deux-boites", "Boîte de réception/Standard", without=(b"Received",))
    post.send(
        "deux-boites-r", "2026-03-25 14:00", theo,
        "Monsieur,\n\nL'examen est organisé par la chambre de métiers ; la prochaine session est le 23 juin.",
        answering="deux-boites", sender="Préfecture du Jura <prefecture@jura.gouv.fr>",
    )
    mila = "Mila Jacquemin <mila.jacquemin@sfr.example>"
    words = (
        "Bonjour,\n\nMon mari est de nationalité suisse et nous habitons Les Rousses. Peut-il voter aux élections "
        "municipales en France et quelles pièces doit-il présenter au bureau de vote ?\n\nMila Jacquemin"
    )
    post.arrive("deux-fois", "2026-03-24 10:00", mila, "Droit de vote", words)
    post.arrive(
        "deux-fois-2", "2026-03-24 10:02", mila, "Droit de vote", words, to="prefecture@jura.gouv.fr",
        folder="Boîte de réception/Standard",
    )
    post.send(
        "deux-fois-r", "2026-03-26 10:00", mila,
        "Madame,\n\nSeuls les ressortissants de l'Union européenne votent aux municipales ; votre mari ne le peut donc pas.",
        answering="deux-fois",
    )
    post.arrive("aujourdhui", "2026-04-14 11:00", jeanne, "Tombola", "Bonjour,\n\nFaut-il une autorisation pour la tombola de l'école ?\n\nJeanne Quirot")
    post.arrive("hier", "2026-04-20 16:00", bastien, "Stand de tir", "Bonjour, où trouver la liste des stands de tir agréés du département ? B. Oudot")
    post.arrive("oublie", "2026-04-13 10:00", samia, "Recensement", "Bonjour,\n\nOù consulter les chiffres de population légale de ma commune ?\n\nSamia Belhadj")
    return Mailbox(
        name="jura",
        settings="""
[institution]
name = "Préfecture du Jura"
calendar = "39"
domains = ["jura.gouv.fr"]
addresses = ["pref-reglementation@jura.gouv.fr", "prefecture@jura.gouv.fr"]
""",
        now="2026-04-21T18:00:00+02:00",
        kept=tuple(post.kept),
        expected=(
            post.answered("brocante", "2026-03-02", "2026-03-09", "2026-03-04", "brocante-r", 2, "thanks open nothing"),
            post.answered("samedi", "2026-03-07", "2026-03-13", "2026-03-14", "samedi-r", 6, "Saturday to Saturday", LATE),
            post.unanswered("sans-trace", "2026-03-10", "2026-03-17", OVERDUE, "no Received at all: the Date field counts"),
            post.answered("minuit", "2026-03-10", "2026-03-17", "2026-03-17", "minuit-r", 5, "half past midnight is yesterday in UTC"),
            post.answered("nouveau", "2026-03-11", "2026-03-18", "2026-03-12", "nouveau-r", 1, "answered by a new message with a subject of its own"),
            post.unanswered("brouillon", "2026-03-12", "2026-03-19", OVERDUE, "a draft has answered nobody"),
            post.answered("futur", "2026-03-13", "2026-03-20", "2026-03-13", "futur-r", 0, "the sender's Date is in 2050"),
            post.answered("antidate", "2026-03-16", "2026-03-23", "2026-03-18", "antidate-r", 2, "forged inner Received; answered from a personal box, copy to ours"),
            post.answered("avance", "2026-03-20", "2026-03-27", "2026-03-19", "avance-r", 0, "the agent's clock is late", findings=("negative_delay",)),
            post.answered("deux-boites", "2026-03-23", "2026-03-30", "2026-03-25", "deux-boites-r", 2, "one mail in two boxes"),
            post.answered("deux-fois", "2026-03-24", "2026-03-31", "2026-03-26", "deux-fois-r", 2, "the same words sent twice, two Message-IDs, two boxes"),
            post.answered("heure-ete", "2026-03-29", "2026-04-03", "2026-03-30", "heure-ete-r", 1, "the night of summer time"),
            post.answered("nuit", "2026-04-02", "2026-04-10", "2026-04-10", "nuit-r", 5, "ten to midnight, over Easter Monday"),
            post.unanswered("oublie", "2026-04-13", "2026-04-20", OVERDUE, "due yesterday"),
            post.unanswered("aujourdhui", "2026-04-14", "2026-04-21", PENDING, "due today"),
            post.unanswered("hier", "2026-04-20", "2026-04-27", PENDING, "not yet due"),
        ),
        email=Figures(
            numerator=10, denominator=14, rate="71,4 %", pending=2, unfollowed=0, p90=5, median=2.0,
            mean_first=(2 + 6 + 5 + 1 + 0 + 2 + 0 + 2 + 2 + 1 + 5) / 11,
            mean_substantive=(2 + 6 + 5 + 1 + 0 + 2 + 0 + 2 + 2 + 1 + 5) / 11,
        ),
        mentions=((11, 0, 0, 0), (11, 0, 0, 0), (11, 0, 0, 0)),
    )



def moselle() -> Mailbox:
    """Good Friday, Saint Stephen's day and a bridge day closed by order; reception on a closed day is moved."""
    post = Post(
        zone="Europe/Paris",
        box="pref-titres@moselle.gouv.fr",
        host="mx.moselle.gouv.fr",
        signature="Cordialement,\n\nAnne-Lise SCHMITT\nBureau de l'admission au séjour\nPréfecture de la Moselle\n9 place de la Préfecture - Metz",
        inbox=".",
        sent=".Sent",
        style="zimbra",
    )
    carla = "Carla Weber <carla.weber@numericable.example>"
    post.arrive(
        "vendredi-saint", "2026-04-03 10:00", carla, "Conduite : permis allemand",
        "Bonjour,\n\nMon permis allemand est-il valable en France ou dois-je l'échanger ?\n\nCarla Weber", charset="iso-8859-1",
    )
    post.send(
        "vendredi-saint-r", "2026-04-14 17:10", carla,
        "Madame,\n\nUn permis délivré par un pays de l'Union européenne reste valable en France ; l'échange est facultatif.",
        answering="vendredi-saint", charset="iso-8859-1",
    )
    hugo = "Hugo Muller <hugo.muller@estvideo.example>"
    post.arrive("samedi-m", "2026-03-07 11:00", hugo, "Photo d'identité", "Bonjour,\nacceptez-vous les photos prises chez soi ?\nHugo Muller", charset="cp1252")
    post.send(
        "samedi-m-r", "2026-03-15 11:20", hugo,
        "Monsieur,\n\nNon : seules les photos prises dans une cabine agréée ou chez un photographe agréé sont acceptées.",
        answering="samedi-m",
    )
    nadia = "Nadia Kessler <nadia.kessler@orange.example>"
    post.arrive("dimanche", "2026-03-08 21:00", nadia, "Parking", "Bonjour, y a-t-il des places de parking pour handicapés près de la préfecture ? Nadia Kessler")
    post.send("dimanche-r", "2026-03-09 09:05", nadia, "Madame,\n\nOui, quatre places se trouvent devant l'entrée, place de la Préfecture.", answering="dimanche")
    greg = "Grégory Hoffmann <g.hoffmann@free.example>"
    post.arrive(
        "noel", "2025-12-24 09:00", greg, "Récépissé expiré",
        "Madame, Monsieur,\n\nLe récépissé de mon épouse expire le 31 décembre. Peut-elle voyager avec ?\n\nGrégory Hoffmann",
    )
    post.send("noel-r", "2025-12-29 08:50", greg, "Monsieur,\n\nUn récépissé expiré ne permet pas de voyager ; votre épouse doit attendre le nouveau titre.", answering="noel")
    aicha = "Aïcha Benali <aicha.benali@gmail.example>"
    post.arrive(
        "veille", "2026-04-02 16:00", aicha, "Titre de séjour étudiant",
        "Bonjour,\n\nQuels documents faut-il pour renouveler un visa long séjour étudiant ?\n\nAïcha Benali",
    )
    post.send("veille-r", "2026-04-14 09:00", aicha, "Madame,\n\nLa liste des pièces figure ci-dessous : passeport, certificat de scolarité, justificatif de domicile, ressources.", answering="veille")
    marc = "Marc Thiel <marc.thiel@sfr.example>"
    post.arrive("pont", "2026-05-13 16:00", marc, "Perte du permis", "Bonjour, j'ai perdu mon permis de conduire, où dois-je le déclarer ?\nMarc Thiel")
    post.send("pont-r", "2026-05-22 11:00", marc, "Monsieur,\n\nLa perte se déclare en ligne, lors de la demande de duplicata.", answering="pont")
    elsa = "Elsa Becker <elsa.becker@laposte.example>"
    post.arrive("pont-2", "2026-05-15 10:00", elsa, "Autocar", "Bonjour,\n\nOù demander une licence de transport de personnes ?\n\nElsa Becker")
    post.arrive(
        "pont-2-relance", "2026-05-21 10:00", elsa, "RELANCE : Autocar",
        "Bonjour,\n\nSauf erreur de ma part, ma demande du 15 mai est restée sans réponse. Où demander une licence de transport de personnes ?\n\nElsa Becker",
    )
    return Mailbox(
        name="moselle",
        settings="""
[institution]
name = "Préfecture de la Moselle"
calendar = "57"
domains = ["moselle.gouv.fr"]
addresses = ["pref-titres@moselle.gouv.fr"]
convention = "rolled"
closed = [2026-05-15]
""",
        now="2026-05-27T09:00:00+02:00",
        form=MAILDIR,
        kept=tuple(post.kept),
        expected=(
            post.answered("noel", "2025-12-24", "2026-01-05", "2025-12-29", "noel-r", 1, "the 26th is closed in Moselle, Saturday and Sunday follow"),
            post.answered("samedi-m", "2026-03-07", "2026-03-16", "2026-03-15", "samedi-m-r", 5, "Saturday is moved to Monday; answered on a Sunday"),
            post.answered("dimanche", "2026-03-08", "2026-03-16", "2026-03-09", "dimanche-r", 0, "moved to the day it was answered on"),
            post.answered("veille", "2026-04-02", "2026-04-13", "2026-04-14", "veille-r", 6, "Good Friday and Easter Monday", LATE),
            post.answered("vendredi-saint", "2026-04-03", "2026-04-14", "2026-04-14", "vendredi-saint-r", 5, "received on Good Friday, moved to Tuesday"),
            post.answered("pont", "2026-05-13", "2026-05-22", "2026-05-22", "pont-r", 5, "Ascension and the bridge day"),
            post.unanswered("pont-2", "2026-05-15", "2026-05-26", OVERDUE, "received on the bridge day, and Whit Monday; the reminder opens nothing"),
        ),
        email=Figures(
            numerator=5, denominator=7, rate="71,4 %", unfollowed=0, p90=6, median=5.0,
            mean_first=(1 + 5 + 0 + 6 + 5 + 5) / 6, mean_substantive=(1 + 5 + 0 + 6 + 5 + 5) / 6,
        ),
        mentions=((6, 0, 0, 0), (6, 0, 0, 0), (6, 0, 0, 0)),
    )
