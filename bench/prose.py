"""Words for generated mail: invented people, plausible questions, plausible answers."""

from __future__ import annotations

FIRST_NAMES = (
    "Camille", "Jean-Marc", "Inès", "Théo", "Françoise", "Mehdi", "Zoé", "Gaëlle", "Loïc", "Aïcha", "Benoît",
    "Hélène", "Karim", "Élodie", "Noël", "Sandrine", "Thị Mai", "Pierre-Yves", "Anaïs", "Dragan", "Maëlys",
)  # fmt: skip
SURNAMES = (
    "Martinet", "Le Goff", "Benhaddou", "Perrin", "de La Tour", "N’Guessan", "Faivre", "Duboz", "Çelik", "Prévost",
    "Grandjean", "Lacroix", "Petitjean", "Moreau-Vuillet", "Bourgeois", "D’Angelo", "Cretin", "Rossé", "Blanc",
)  # fmt: skip
AGENTS = (
    "Nathalie Vuillemin", "Marc Jeannerod", "Sophie Bailly", "Éric Poncet", "Claire Gauthier", "Yann Le Bihan",
    "Mireille Colin", "Damien Roussel", "Fatima El Amrani", "Odile Tissot",
)  # fmt: skip
SERVICES = (
    ("Bureau de la réglementation générale et des élections", "pref-reglementation"),
    ("Bureau des étrangers et de la nationalité", "pref-etrangers"),
    ("Bureau des usagers de la route", "pref-circulation"),
    ("Service interministériel de défense et de protection civiles", "pref-sidpc"),
    ("Greffe des associations", "pref-associations"),
    ("Pôle juridique interministériel", "pref-juridique"),
)
INSTITUTION = "Préfecture du Jura"
DOMAIN = "jura.gouv.fr"
CITIZEN_DOMAINS = (
    "exemple.org",
    "courrier.example",
    "boite.example",
    "poste.example",
    "association.example",
)

SUBJECTS = (
    "Échange de permis de conduire étranger", "Demande de renseignements - association loi 1901",
    "Récépissé de titre de séjour", "Pièces à fournir pour un changement d’adresse", "Autorisation de manifestation",
    "Carte grise : erreur sur mon nom", "horaires du guichet", "Question sur le vote par procuration",
    "Détention d’armes de chasse", "Naturalisation : où en est mon dossier ?", "suspension de permis",
    "Feu d’artifice communal du 14 juillet", "Dossier n° 39-2025-0417", "Attestation d’accueil", "Drone : survol",
    "urgent rdv", "Information sur le regroupement familial", "Installation classée près de chez moi",
)  # fmt: skip
QUESTIONS = (
    "Je souhaiterais savoir quelles pièces je dois fournir pour compléter mon dossier.",
    "Pourriez-vous m’indiquer si un rendez-vous est nécessaire et sous quel délai il peut être obtenu ?",
    "J’ai déposé une demande il y a plusieurs semaines et je n’ai pas reçu de récépissé.",
    "Le site me renvoie une erreur à la dernière étape, malgré plusieurs essais avec des navigateurs différents.",
    "Mon employeur me demande un justificatif avant la fin du mois, ce qui m’inquiète un peu.",
    "Est-il possible de venir au guichet sans rendez-vous, et à quelles heures ?",
    "Je vous joins les documents dont je dispose ; dites-moi s’il en manque.",
    "Nous organisons une course pédestre en septembre et voudrions connaître la procédure de déclaration.",
    "Mon ancien titre porte une adresse qui n’est plus la mienne depuis l’été dernier.",
    "Faut-il passer par la mairie ou m’adresser directement à vos services ?",
    "J’ai bien lu la page consacrée à cette démarche, mais elle ne traite pas de ma situation.",
    "Ma mère, âgée de 84 ans, ne peut pas se déplacer : comment peut-elle voter ?",
    "Je vous remercie par avance de l’attention que vous porterez à ma demande.",
)
ANSWERS = (
    "Votre demande doit être déposée en ligne, sur le site de France Titres, rubrique « Permis de conduire ».",
    "Vous trouverez ci-joint la liste des pièces à fournir ainsi que le formulaire à compléter et à signer.",
    "Après vérification, votre dossier est complet et il a été transmis au service instructeur.",
    "Le guichet vous accueille du lundi au vendredi, de 8 h 30 à 12 h, sans rendez-vous pour un simple retrait.",
    "Le délai de fabrication du titre est actuellement de trois semaines ; il vous sera adressé sous pli sécurisé.",
    "La déclaration se fait au moins deux mois avant la manifestation, auprès du maire de la commune de départ.",
    "Conformément aux dispositions du code de la route, cette démarche est gratuite et n’exige aucun justificatif.",
    "L’erreur que vous nous signalez a été corrigée ce jour ; je vous remercie de votre vigilance.",
    "Votre interlocuteur pour la suite de la procédure reste notre bureau, à l’adresse indiquée ci-dessous.",
    "Je vous précise que votre récépissé vous autorise à travailler jusqu’à sa date d’expiration.",
    "Si cette réponse ne vous convenait pas, vous disposez d’un délai de deux mois pour former un recours.",
)
HOLDINGS = (
    "Votre question appelle une vérification ; je reviendrai vers vous sous quinze jours.",
    "Votre demande est en cours d’instruction. Une réponse vous sera apportée au plus tard le {date}.",
    "J’ai sollicité l’avis du service compétent et vous répondrai d’ici le {date}.",
    "Votre dossier fait l’objet d’un examen approfondi ; nous vous répondrons dans les meilleurs délais.",
)
FOLLOW_UPS = (
    "Merci beaucoup pour votre réponse rapide et précise.",
    "Je vous remercie. Une dernière question : le paiement par carte bancaire est-il accepté ?",
    "C’est noté, je vous apporte les documents demandés.",
)
REMINDERS = (
    "Sauf erreur de ma part, ma demande est restée sans réponse.",
    "Je me permets de vous relancer au sujet de mon message, dont je vous remets la copie ci-dessous.",
)
NEWS = (
    "La lettre des services de l’État : les chantiers du printemps, le calendrier des aides, les nominations.",
    "Découvrez les formations du trimestre et inscrivez-vous avant la clôture des sessions.",
    "Pour ne plus recevoir cette lettre, suivez le lien de désinscription.",
)
DISCLAIMER = (
    "Ce message et ses pièces jointes peuvent contenir des éléments confidentiels. S’il vous est parvenu par erreur,"
    " merci de le détruire et d’en avertir l’expéditeur. Pensez à l’environnement avant d’imprimer ce courriel."
)
