"""Mailboxes of exchanges that last: holding replies, questions back, referrals, bounces."""

# A mail's words stand as they were written: long lines are its own.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from tests.mailboxes.composing import File
from tests.mailboxes.mailbox import LATE, OVERDUE, Figures, Mailbox
from tests.mailboxes.post import Post


def nord() -> Mailbox:
    """Holding, question back and its complement, referral, acknowledgements, absences, thanks, reminders."""
    post = Post(
        zone="Europe/Paris",
        box="pref-associations@nord.gouv.fr",
        host="mx.nord.gouv.fr",
        signature="Bien cordialement,\n\nSabrina DELATTRE\nBureau de la vie associative\nPréfecture du Nord\n12 rue Jean sans Peur, Lille",
        inbox="Courrier entrant",
        sent="Courrier envoyé",
        style="outlook_old",
    )
    robot = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
    received = "Bonjour,\n\nNous avons bien reçu votre message et vous en remercions. Une réponse vous sera apportée dans un délai de 5 jours ouvrés.\n\nCeci est un message automatique, merci de ne pas y répondre."

    gus = "Gustave Leroy <gustave.leroy@orange.example>"
    post.arrive("quatre", "2026-03-02 09:00", gus, "Reconnaissance d'utilité publique", "Bonjour,\n\nQuelles conditions notre association doit-elle remplir pour être reconnue d'utilité publique ?\n\nGustave Leroy")
    post.send("quatre-ar", "2026-03-02 09:01", gus, received, answering="quatre", subject="Accusé de réception : Reconnaissance d'utilité publique", signature="", headers=robot, quoting=False)
    post.send("quatre-h", "2026-03-04 11:00", gus, "Monsieur,\n\nNous avons bien reçu votre demande, qui nécessite une étude. Une réponse complète vous sera adressée sous quinze jours.", answering="quatre")
    post.send("quatre-f", "2026-03-05 15:00", "Pôle associations <ddcs-asso@nord.gouv.fr>", "Bonjour,\n\nPeux-tu me donner ton avis sur cette demande ? Merci.", answering="quatre", linked=False, subject="TR: Reconnaissance d'utilité publique")
    post.send("quatre-r", "2026-03-18 16:00", gus, "Monsieur,\n\nAprès étude, la reconnaissance suppose trois ans d'existence, deux cents membres et des comptes équilibrés.", answering="quatre-h")
    mia = "Mia Dumont <mia.dumont@free.example>"
    post.arrive("deux-attentes", "2026-03-03 10:00", mia, "Legs à une association", "Bonjour,\n\nNotre association peut-elle recevoir le legs d'une maison ?\n\nMia Dumont")
    post.send("deux-attentes-h1", "2026-03-05 10:00", mia, "Madame,\n\nVotre question est à l'étude ; je reviens vers vous avant le 13 mars.", answering="deux-attentes")
    post.arrive("deux-attentes-relance", "2026-03-16 09:00", mia, "Re: Legs à une association", "Bonjour,\n\nVous m'aviez annoncé une réponse avant le 13 mars et je n'ai toujours rien reçu.\n\nMia Dumont", answering="deux-attentes-h1")
    post.send("deux-attentes-h2", "2026-03-17 10:00", mia, "Madame,\n\nJe vous prie d'excuser ce retard. Votre question est toujours en cours d'examen, je vous répondrai au plus tard le 27 mars.", answering="deux-attentes-relance")
    abel = "Abel Carlier <abel.carlier@sfr.example>"
    post.arrive("sans-date", "2026-03-04 10:00", abel, "Dissolution", "Bonjour,\n\nQue devient l'argent d'une association dissoute qui n'a plus de membres ?\n\nAbel Carlier")
    post.send("sans-date-h", "2026-03-06 10:00", abel, "Monsieur,\n\nJ'ai bien reçu votre demande, je me renseigne et je vous réponds dès que possible.", answering="sans-date")
    ida = "Ida Masson <ida.masson@laposte.example>"
    post.arrive("pieces", "2026-03-09 10:00", ida, "Récépissé de déclaration", "Bonjour,\n\nNous n'avons pas retrouvé le récépissé de déclaration de notre club. Comment en obtenir un duplicata ?\n\nIda Masson")
    post.send("pieces-q", "2026-03-10 10:00", ida, "Madame,\n\nPourriez-vous m'indiquer le nom exact du club et son numéro RNA ?", answering="pieces")
    post.arrive("pieces-c", "2026-03-11 10:00", ida, "Re: Récépissé de déclaration", "Bonjour,\n\nLe club s'appelle Les Amis du Vieux Douai, W595001234.\n\nIda Masson", answering="pieces-q")
    post.send("pieces-r", "2026-03-13 10:00", ida, "Madame,\n\nVous trouverez le duplicata du récépissé en pièce jointe.", answering="pieces-c", files=(File(name="recepisse.pdf"),))
    jan = "Jan Nowak <jan.nowak@gmail.example>"
    post.arrive("piece-jointe", "2026-03-09 14:00", jan, "Statuts", "Bonjour,\n\nNos statuts sont-ils conformes pour accueillir des mineurs ?\n\nJan Nowak")
    post.send("piece-jointe-q", "2026-03-12 14:00", jan, "Monsieur,\n\nMerci de nous transmettre une copie de vos statuts afin que nous puissions vous répondre.", answering="piece-jointe")
    post.arrive("piece-jointe-c", "2026-03-20 14:00", jan, "statuts demandés", "", message_id="<piece-jointe-c@gmail.example>", files=(File(name="statuts.pdf"),))
    flo = "Florence Wattel <f.wattel@orange.example>"
    post.arrive("ailleurs", "2026-03-10 08:00", flo, "Subvention sport", "Bonjour,\n\nNotre club de judo peut-il obtenir une subvention pour des tatamis ?\n\nFlorence Wattel")
    post.send("ailleurs-r", "2026-03-11 08:00", flo, "Madame,\n\nVotre demande relève de la compétence de la région Hauts-de-France, à laquelle je la transmets ce jour. Ses services vous répondront directement.", answering="ailleurs")
    bob = "Robert Hennion <robert.hennion@wanadoo.example>"
    post.arrive("interne", "2026-03-11 09:00", bob, "Loto", "Bonjour,\n\nCombien de lotos une association peut-elle organiser par an ?\n\nRobert Hennion")
    post.send("interne-f", "2026-03-11 10:00", "Marc Lefebvre <marc.lefebvre@nord.gouv.fr>", "Marc, c'est pour toi je crois. Sabrina", answering="interne", subject="TR: Loto", linked=False)
    lys = "Lysiane Bayart <lysiane.bayart@free.example>"
    post.arrive("absente", "2026-03-12 09:00", lys, "Agrément jeunesse", "Bonjour,\n\nQui délivre l'agrément jeunesse et éducation populaire ?\n\nLysiane Bayart")
    post.send("absente-ooo", "2026-03-12 09:01", lys, "Bonjour,\n\nJe suis absente du 9 au 20 mars. En cas d'urgence, écrivez à pref-associations@nord.gouv.fr.\n\nSabrina DELATTRE", answering="absente", subject="Réponse automatique : Agrément jeunesse", signature="", sender="Sabrina Delattre <sabrina.delattre@nord.gouv.fr>", quoting=False)
    max_ = "Maxime Dubois <maxime.dubois@sfr.example>"
    post.arrive("conge", "2026-03-16 09:00", max_, "Siège social", "Bonjour,\n\nPeut-on domicilier une association chez son trésorier ?\n\nMaxime Dubois")
    post.send("conge-r", "2026-03-17 09:00", max_, "Monsieur,\n\nOui, avec l'accord écrit du trésorier et, s'il est locataire, de son propriétaire.", answering="conge")
    post.arrive("conge-ooo", "2026-03-17 09:01", max_, "Réponse automatique : RE: Siège social", "Bonjour, je suis en congés jusqu'au 30 mars et consulterai mes messages à mon retour. Maxime Dubois", answering="conge-r", headers={"Auto-Submitted": "auto-replied"}, quoting=False)
    post.arrive("conge-lu", "2026-03-30 08:00", max_, "Lu : RE: Siège social", "Votre message\n\n   À : Maxime Dubois\n   Objet : RE: Siège social\n\na été lu le lundi 30 mars 2026 08:00:00.", answering="conge-r", quoting=False, headers={"Auto-Submitted": "auto-replied"})
    ada = "Ada Pollet <ada.pollet@laposte.example>"
    post.arrive("sept-mois", "2025-09-01 09:00", ada, "Journal officiel", "Bonjour,\n\nOù est publiée la déclaration d'une association ?\n\nAda Pollet")
    post.send("sept-mois-r", "2025-09-02 09:00", ada, "Madame,\n\nElle est publiée au Journal officiel des associations.", answering="sept-mois")
    post.arrive("sept-mois-2", "2026-03-23 09:00", ada, "Re: Journal officiel", "Bonjour,\n\nNous changeons de trésorière. Faut-il une nouvelle publication au Journal officiel ?\n\nAda Pollet", answering="sept-mois-r")
    return Mailbox(
        name="nord",
        settings="""
[institution]
name = "Préfecture du Nord"
calendar = "59"
domains = ["nord.gouv.fr"]
addresses = ["pref-associations@nord.gouv.fr"]
""",
        now="2026-03-31T09:00:00+02:00",
        kept=tuple(post.kept),
        expected=(
            post.answered("sept-mois", "2025-09-01", "2025-09-08", "2025-09-02", "sept-mois-r", 1, "closed, untouched by a question months later"),
            post.answered("quatre", "2026-03-02", "2026-03-09", "2026-03-04", "quatre-h", 2, "acknowledgement, holding, internal forward, answer", kind="holding_reply", substantive_on="2026-03-18"),
            post.answered("deux-attentes", "2026-03-03", "2026-03-10", "2026-03-05", "deux-attentes-h1", 2, "two holding replies and never an answer; the reminder opens nothing", kind="holding_reply", substantive_on=None),
            post.answered("sans-date", "2026-03-04", "2026-03-11", "2026-03-06", "sans-date-h", 2, "a holding reply without a date", kind="holding_reply", substantive_on=None),
            post.answered("pieces", "2026-03-09", "2026-03-16", "2026-03-10", "pieces-q", 1, "a question back is a first answer; its complement opens nothing", kind="information_needed", substantive_on="2026-03-13"),
            post.answered("piece-jointe", "2026-03-09", "2026-03-16", "2026-03-12", "piece-jointe-q", 3, "the complement is an attachment in a new mail", kind="information_needed", substantive_on=None),
            post.answered("ailleurs", "2026-03-10", "2026-03-17", "2026-03-11", "ailleurs-r", 1, "a referral is first and substantive answer", kind="referral"),
            post.unanswered("interne", "2026-03-11", "2026-03-18", OVERDUE, "forwarded inside only"),
            post.unanswered("absente", "2026-03-12", "2026-03-19", OVERDUE, "the agent's absence message answers nobody"),
            post.answered("conge", "2026-03-16", "2026-03-23", "2026-03-17", "conge-r", 1, "absence and read receipt of the citizen open nothing"),
            post.unanswered("sept-mois-2", "2026-03-23", "2026-03-30", OVERDUE, "a new question in an old thread"),
        ),
        email=Figures(
            numerator=8, denominator=11, rate="72,7 %", median=1.5, p90=3, unfollowed=2,
            mean_first=(1 + 2 + 2 + 2 + 1 + 3 + 1 + 1) / 8, mean_substantive=(1 + 12 + 4 + 1 + 1) / 5,
        ),
    )


def gard() -> Mailbox:
    """Answers that did not arrive."""
    post = Post(
        zone="Europe/Paris",
        box="pref-accueil@gard.gouv.fr",
        host="mx.gard.gouv.fr",
        signature="Cordialement,\n\nMagali ROUX\nPôle d'appui territorial\nPréfecture du Gard",
        inbox="INBOX",
        sent="Sent Items",
        style="outlook",
    )
    lou = "Lou Fabre <lou.fabre@orange.example>"
    post.arrive("dur", "2026-04-07 09:00", lou, "Camping sauvage", "Bonjour,\n\nLe bivouac est-il autorisé au pont du Gard ?\n\nLou Fabre")
    post.send("dur-r", "2026-04-08 09:00", lou, "Madame,\n\nLe bivouac est interdit sur le site du pont du Gard.", answering="dur")
    post.bounce("dur-d", "2026-04-08 09:01", "lou.fabre@orange.example", of="dur-r")
    ben = "Benoît Salles <benoit.salles@free.example>"
    post.arrive("retard", "2026-04-07 10:00", ben, "Baignade", "Bonjour,\n\nLa baignade est-elle permise dans le Gardon à Collias ?\n\nBenoît Salles")
    post.send("retard-r", "2026-04-09 10:00", ben, "Monsieur,\n\nLa baignade y est permise, sauf arrêté municipal contraire affiché sur place.", answering="retard")
    post.bounce("retard-d", "2026-04-09 14:00", "benoit.salles@free.example", of="retard-r", action="delayed", status="4.4.1", subject="Delayed Mail (still being retried)")
    eve = "Ève Martin <eve.martin@sfr.example>"
    post.arrive("copie", "2026-04-08 10:00", eve, "Feux de forêt", "Bonjour,\n\nLes barbecues sont-ils interdits en juillet dans les Cévennes ?\n\nÈve Martin")
    post.send("copie-r", "2026-04-10 10:00", eve, "Madame,\n\nOui, du 15 juin au 15 septembre, à moins de deux cents mètres des bois.", answering="copie", cc="Office de tourisme <ancien@tourisme.example>")
    post.bounce("copie-d", "2026-04-10 10:01", "ancien@tourisme.example", of="copie-r")
    sam = "Sam Roche <sam.roche@gmail.example>"
    post.arrive("plat", "2026-04-08 11:00", sam, "Arènes", "Bonjour,\n\nFaut-il un agrément pour organiser une course camarguaise ?\n\nSam Roche")
    post.send("plat-r", "2026-04-10 11:00", sam, "Monsieur,\n\nUne course camarguaise se déclare à la mairie un mois avant.", answering="plat")
    post.arrive(
        "plat-d", "2026-04-10 11:02", "Mail Delivery Subsystem <mailer-daemon@googlemail.example>", "Delivery Status Notification (Failure)",
        "** Adresse introuvable **\n\nVotre message n'est pas parvenu à sam.roche@gmail.example car l'adresse est introuvable ou ne peut pas recevoir de messages.\n\nLa réponse était :\n\n"
        "550 5.1.1 The email account that you tried to reach does not exist.\n\n----- Original message -----\n\n"
        "From: pref-accueil@gard.gouv.fr\nTo: sam.roche@gmail.example\nSubject: RE: Arènes\nMessage-ID: <plat-r@gard.gouv.fr>",
        headers={"Return-Path": "<>"},
    )
    zia = "Zia Haddad <zia.haddad@laposte.example>"
    post.arrive("destinataire", "2026-04-09 09:00", zia, "Permis d'inhumer", "Bonjour,\n\nQui délivre l'autorisation d'inhumer dans une propriété privée ?\n\nZia Haddad")
    post.send("destinataire-r", "2026-04-13 09:00", zia, "Madame,\n\nC'est le préfet, après avis d'un hydrogéologue.", answering="destinataire")
    post.bounce("destinataire-d", "2026-04-13 09:01", "zia.haddad@laposte.example", status="5.2.2")
    post.send("destinataire-r2", "2026-04-17 09:00", zia, "Madame,\n\nMon premier message n'ayant pu vous être remis, je vous redis que l'autorisation d'inhumer en propriété privée est donnée par le préfet.", answering="destinataire")
    ugo = "Ugo Blanc <ugo.blanc@wanadoo.example>"
    post.arrive("seconde", "2026-04-10 09:00", ugo, "Port d'arme", "Bonjour,\n\nUn garde-chasse particulier peut-il porter une arme ?\n\nUgo Blanc")
    post.send("seconde-r", "2026-04-13 10:00", ugo, "Monsieur,\n\nOui, une arme de chasse, pour la régulation des nuisibles.", answering="seconde")
    post.bounce("seconde-d", "2026-04-13 10:01", "ugo.blanc@wanadoo.example", of="seconde-r", keeps_id=True, status="5.7.1")
    post.send("seconde-r2", "2026-04-21 10:00", ugo, "Monsieur,\n\nJe vous renvoie ma réponse du 13 avril : oui, une arme de chasse.", answering="seconde")
    post.arrive("seconde-m", "2026-04-21 18:00", ugo, "Re: Port d'arme", "Bien reçu cette fois, merci.\n\nUgo Blanc", answering="seconde-r2")
    leo = "Léo Castan <leo.castan@orange.example>"
    post.arrive("attente-perdue", "2026-04-13 09:00", leo, "Bruit", "Bonjour,\n\nÀ quelle heure un concert en plein air doit-il finir ?\n\nLéo Castan")
    post.send("attente-perdue-h", "2026-04-14 09:00", leo, "Monsieur,\n\nJ'ai bien reçu votre question et vous répondrai d'ici le 22 avril.", answering="attente-perdue")
    post.bounce("attente-perdue-d", "2026-04-14 09:01", "leo.castan@orange.example", of="attente-perdue-h", status="5.4.4")
    post.send("attente-perdue-r", "2026-04-20 09:00", leo, "Monsieur,\n\nL'heure de fin est fixée par le maire ; à défaut, le bruit ne doit pas troubler le voisinage après vingt-deux heures.", answering="attente-perdue")
    return Mailbox(
        name="gard",
        settings="""
[institution]
name = "Préfecture du Gard"
calendar = "30"
domains = ["gard.gouv.fr"]
addresses = ["pref-accueil@gard.gouv.fr"]
""",
        now="2026-04-23T09:00:00+02:00",
        kept=tuple(post.kept),
        expected=(
            post.unanswered("dur", "2026-04-07", "2026-04-14", OVERDUE, "refused: not answered, original due date"),
            post.answered("retard", "2026-04-07", "2026-04-14", "2026-04-09", "retard-r", 2, "a delay warning changes nothing"),
            post.answered("copie", "2026-04-08", "2026-04-15", "2026-04-10", "copie-r", 2, "the failure of a copy addressee changes nothing"),
            post.unanswered("plat", "2026-04-08", "2026-04-15", OVERDUE, "a report without report part, in French prose"),
            post.answered("destinataire", "2026-04-09", "2026-04-16", "2026-04-17", "destinataire-r2", 6, "the report names the recipient only", LATE),
            post.answered("seconde", "2026-04-10", "2026-04-17", "2026-04-21", "seconde-r2", 7, "sent again after the refusal, late", LATE),
            post.answered("attente-perdue", "2026-04-13", "2026-04-20", "2026-04-20", "attente-perdue-r", 5, "the holding reply was refused, the answer came in time"),
        ),
        email=Figures(
            numerator=3, denominator=7, rate="42,9 %", unfollowed=0, median=5.0, p90=7,
            mean_first=(2 + 2 + 6 + 7 + 5) / 5, mean_substantive=(2 + 2 + 6 + 7 + 5) / 5,
        ),
    )
