"""The first settings file that `init` writes: commented, and complete once a few values are filled in."""

from __future__ import annotations

import json

from mailwatch.settings.packaged import STATE_FOLDER

UNFINISHED = "À COMPLÉTER"
"""What stands for a value that only the site knows; a file that still has one is refused."""


def starter(state: str = STATE_FOLDER) -> str:
    """Write a first settings file; `state` is the folder of the register."""
    # JSON quotes a text as TOML does, but for DEL, which TOML wants escaped.
    quoted = json.dumps(state, ensure_ascii=False).replace("\x7f", "\\u007f")
    return _TEXT.replace("ÉTAT", quoted)


_TEXT = f"""\
# Réglages de mailwatch.
#
# Remplacez chaque « {UNFINISHED} », puis :   mailwatch check-config --settings CE_FICHIER
# Une ligne qui commence par # est un commentaire ; ce qui suit un # isolé est un réglage que l’on peut activer.
# Aucun mot de passe ne s’écrit ici : ce fichier dit seulement où ils se trouvent.

# rules = "rules.d"                   # dossier de vos propres règles, à côté de ce fichier (mailwatch rules)
# templates = "courriels"             # dossier de vos courriels type (mailwatch templates copy courriels)

[institution]
name = "{UNFINISHED}"                 # « Préfecture du Jura » : pour les titres
calendar = "{UNFINISHED}"             # code du territoire, « 39 » : jours fériés et heure locale
domains = ["{UNFINISHED}"]            # « jura.gouv.fr » : qui écrit de là est de la maison
addresses = []                        # boîtes à nous sous un autre domaine
trusted_relays = []                   # nos serveurs de messagerie, comme ils signent « Received … by »
convention = "strict"                 # ou "rolled" : reçu un jour fermé, compté reçu le jour ouvré suivant
# observe_from = 2026-01-01           # les demandes plus anciennes ne comptent pas
# closed = [2026-05-15]               # fermetures locales
# customary = ["Vendredi saint"]      # jours d’usage du territoire que vos services chôment
# services = ["Bureau des titres"]    # annuaire : aide à reconnaître le service qui signe
# agents = ["Marie Durand"]           # annuaire : aide à reconnaître l’auteur

# --- les boîtes suivies, une section par boîte ----------------------------------------------------

[[box]]
address = "{UNFINISHED}"              # « prefecture@jura.gouv.fr »
service = "Accueil"                   # le service qui y répond
recipients = []                       # à qui va sa part de l’alerte, en plus des destinataires de [alert]

# [[exception]]                       # un service dont les agents n’ont pas à être nommés
# address = "pref-fraude@jura.gouv.fr"
# ground = "CRPA L111-2, sécurité des personnes"
# decided_by = "Secrétaire générale"
# from = 2026-01-01

# [reading]                           # modèle de noms, pour les auteurs que l’annuaire et les règles ne décident pas
# model = true                        # pip install 'mailwatch[model]' ; plus lent, 170 Mo de mémoire

# --- où lire le courrier (IMAP, en lecture seule), une section par compte -------------------------

[[account]]
host = "{UNFINISHED}"                 # « imap.jura.gouv.fr »
user = "{UNFINISHED}"                 # « prefecture@jura.gouv.fr »
security = "tls"                      # ou "starttls" ; "none" sur cette machine seulement
secret = {{ file = "imap.secret" }}     # à côté de ce fichier, en mode 600
# secret = {{ credential = "imap" }}    # ou remis par systemd (LoadCredential=)
# authentication = "xoauth2"          # ou "oauthbearer" : alors une commande écrit le jeton,
# token_command = ["/usr/local/bin/jeton", "prefecture"]   # à la place de « secret »
# ca_file = "ac-interne.pem"          # certificats de votre autorité, si ce n’est pas une autorité publique
folders = [                           # mailwatch doctor en donne la liste exacte
    {{ name = "INBOX", role = "inbox" }},
    {{ name = "Sent", role = "sent" }},  # sans dossier d’envoi, aucune réponse n’est vue
]                                     # role = "journal" : copies de tout, reçu et envoyé

# --- ce que le serveur de messagerie remet lui-même (packaging/) : la preuve la plus sûre ----------

# [intake]
# lmtp = "/run/mailwatch/lmtp.sock"   # socket, ou port de cette machine
# smtp = 2525                         # port de cette machine, pour qui ne parle pas LMTP
# max_size = 50                       # mégaoctets par message ; au-delà, refus provisoire
# addresses = [{{ address = "recus@mailwatch.jura.gouv.fr", role = "inbox" }}]   # les seuls destinataires acceptés
# rôles : inbox (copies de ce qui arrive), sent (de ce qui part), journal (des deux), report (rapports de journal
# d’Exchange), draft (projets que les agents font vérifier avant l’envoi)

# --- l’alerte hebdomadaire ------------------------------------------------------------------------

[alert]
recipients = ["{UNFINISHED}"]         # le référent qualité
weekday = "lundi"                     # un jour fermé, elle part le jour ouvré suivant
at = "08:00"                          # heure locale du territoire

[smtp]
host = "{UNFINISHED}"                 # « smtp.jura.gouv.fr »
security = "tls"                      # ou "starttls" ; "none" pour un relais sur cette machine (localhost)
sender = "{UNFINISHED}"               # « mailwatch@jura.gouv.fr »
# user = "mailwatch@jura.gouv.fr"     # si le serveur demande qui envoie
# secret = {{ file = "smtp.secret" }}

# --- le registre ----------------------------------------------------------------------------------

[register]
state = ÉTAT     # dossier du registre et de sa clé, sur un disque local
poll_every = 120                      # secondes entre deux relèves
reconcile_at = "04:00"                # chaque nuit, tout dossier est comparé au serveur

# --- le journal, que chacun peut vérifier ---------------------------------------------------------

# [journal]
# signing_key = "journal.key"         # clé OpenSSH sans phrase de passe ; sinon, celle du dossier du registre
# timestamp_command = ["/etc/mailwatch/horodater"]   # lit une requête RFC 3161, écrit la réponse ; une fois par jour
# timestamp_ca = "tsa.pem"            # certificats de cette autorité

# --- les données personnelles ---------------------------------------------------------------------

[privacy]
keep = "3 ans"                        # après le dernier message d’un échange, plus rien ne mène à l’usager

# --- la supervision (pour Centreon et Nagios : mailwatch sonde, sans réglage) -----------------------

# [metrics]
# textfile = "/var/lib/prometheus/node-exporter/mailwatch.prom"   # écrit après chaque relève
"""
