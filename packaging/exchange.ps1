# Remettre à mailwatch ce qui arrive et ce qui part, avec Exchange (2016 ou plus récent) : les rapports de journal.
#
# Exchange n’écrit pas sur un socket : un Postfix, sur la machine de mailwatch, prend les rapports et les remet. Copiez
# les commandes une à une dans l’Exchange Management Shell, après avoir remplacé jura.gouv.fr, les boîtes et les noms
# de machines. Un rapport contient le message tel quel et son enveloppe : expéditeur, destinataires, copies cachées,
# membres des listes. Ce qui échoue attend dans les files d’Exchange, puis de Postfix ; rien n’est perdu.

# --- 1. sur la machine de mailwatch ----------------------------------------------------------------
#
# /etc/mailwatch/mailwatch.toml
#
#   [intake]
#   lmtp = "/run/mailwatch/lmtp.sock"
#   addresses = [{ address = "rapports@mailwatch.jura.gouv.fr", role = "report" }]
#
# /etc/postfix/master.cf
#
#   mailwatch unix - - n - 10 lmtp
#
# /etc/postfix/main.cf : 192.0.2.25 est votre serveur Exchange, le seul qui puisse écrire ici
#
#   mynetworks = 127.0.0.0/8 192.0.2.25
#   smtpd_relay_restrictions = permit_mynetworks, reject
#   mydestination =
#   relay_domains = mailwatch.jura.gouv.fr
#   relay_recipient_maps = inline:{ rapports@mailwatch.jura.gouv.fr=ok }
#   transport_maps = inline:{ mailwatch.jura.gouv.fr=mailwatch:unix:/run/mailwatch/lmtp.sock }
#   mailwatch_destination_recipient_limit = 1
#   message_size_limit = 52428800
#
#   usermod -a -G mailwatch postfix && systemctl restart postfix

# --- 2. le chemin d’Exchange à cette machine -------------------------------------------------------

New-SendConnector -Name "Vers mailwatch" -Usage Custom -AddressSpaces "SMTP:mailwatch.jura.gouv.fr;1" `
    -SmartHosts "mailwatch.jura.local" -DNSRoutingEnabled $false -SmartHostAuthMechanism None `
    -MaxMessageSize 50MB -SourceTransportServers (Get-TransportService).Name

# Les rapports ne doivent pas être transformés en chemin (winmail.dat, mises en forme).
New-RemoteDomain -Name "mailwatch" -DomainName "mailwatch.jura.gouv.fr"
Set-RemoteDomain -Identity "mailwatch" -TNEFEnabled $false -AutoReplyEnabled $false -AutoForwardEnabled $true

New-MailContact -Name "Journal mailwatch" -ExternalEmailAddress "rapports@mailwatch.jura.gouv.fr"
Set-MailContact -Identity "Journal mailwatch" -HiddenFromAddressListsEnabled $true

# --- 3. ce qui est journalisé : une règle par boîte suivie, dans les deux sens ---------------------

New-JournalRule -Name "mailwatch prefecture" -Recipient "prefecture@jura.gouv.fr" `
    -JournalEmailAddress "rapports@mailwatch.jura.gouv.fr" -Scope Global -Enabled $true

# Les agents qui répondent de leur propre adresse : un groupe, et une règle pour ses membres.
New-JournalRule -Name "mailwatch agents" -Recipient "agents-reponses@jura.gouv.fr" `
    -JournalEmailAddress "rapports@mailwatch.jura.gouv.fr" -Scope Global -Enabled $true

# Où va un rapport qui ne peut pas être remis : jamais à l’expéditeur du message.
Set-TransportConfig -JournalingReportNdrTo "postmaster@jura.gouv.fr"

# --- 4. vérifier -----------------------------------------------------------------------------------

Get-JournalRule | Format-Table Name, Recipient, JournalEmailAddress, Enabled
Send-MailMessage -From "vous@jura.gouv.fr" -To "prefecture@jura.gouv.fr" -Subject "essai" -SmtpServer localhost
Get-Queue | Where-Object { $_.NextHopDomain -like "*mailwatch*" }

# Sur la machine de mailwatch :  journalctl -u mailwatch -n 5     (remise : messages lus : 1)
#
# Exchange Online : la même règle se fait dans le portail Purview (Journaling), avec un connecteur vers cette machine ;
# elle ne peut pas désigner une boîte d’Exchange Online comme destination, ce que mailwatch n’est pas.
