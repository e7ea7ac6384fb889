"""The catalogue of errors: code → Dutch sentence and next step. The tree of classes stands in `domain/errors.py`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One line of the catalogue: the sentence and what to do next, both in Dutch."""

    sentence: str
    next_step: str


CATALOGUE: dict[str, Entry] = {
    # unknown
    "KR-OVERDRACHT-ONBEKEND": Entry(
        "Er is geen overdracht met dit nummer.", "Kijk met 'ketenregie handover list --all' welke er zijn."
    ),
    "KR-ABONNEE-ONBEKEND": Entry(
        "Deze abonnee staat niet in het partnerbestand.", "Kijk met 'ketenregie events list' welke er zijn."
    ),
    "KR-MELDER-ONBEKEND": Entry(
        "Deze melder hoort volgens het partnerbestand geen uitkomsten.",
        "Kijk in het partnerbestand welke bron een 'feedback' heeft.",
    ),
    "KR-STAP-ONBEKEND": Entry("Deze stap bestaat niet.", "Zoek de stap op met 'ketenregie case show'."),
    "KR-ZAAK-ONBEKEND": Entry("Deze zaak bestaat niet.", "Controleer de zaakcode met 'ketenregie case list'."),
    "KR-CODE-ONBEKEND": Entry("Deze medewerkerscode bestaat niet.", "Gebruik een code uit het regiobestand."),
    "KR-GEMEENTE-ONBEKEND": Entry("Deze gemeente bestaat niet.", "Gebruik een code uit het regiobestand."),
    "KR-SOORT-ONBEKEND": Entry("Deze stapsoort bestaat niet.", "Kies een soort uit de tabel in de README."),
    "KR-VRAAG-ONBEKEND": Entry(
        "Deze stap kent {count} van de gegeven antwoorden niet.", "Vraag de velden op met 'ketenregie step show'."
    ),
    # input
    "KR-KEUZE-ONGELDIG": Entry("Het antwoord op '{field}' is geen geldige keuze.", "Kies een van de getoonde waarden."),
    "KR-ZAAKCODE-ONGELDIG": Entry(
        "'{field}' is geen geldige zaakcode.", "Neem de code over uit het bericht of uit 'ketenregie case list'."
    ),
    "KR-DATUM-ONGELDIG": Entry("'{field}' is geen geldige datum.", "Schrijf de datum als jjjj-mm-dd."),
    "KR-OPSCHORTING-DATUM": Entry(
        "Op deze dag kan de opschorting niet eindigen.", "Kies een dag na vandaag; opschorten mag hooguit {longest}."
    ),
    "KR-REDEN": Entry("Deze reden past hier niet.", "Kies een van: {reasons}."),
    "KR-DATUM-VERLEDEN": Entry("'{field}' ligt in het verleden.", "Kies een datum vanaf vandaag."),
    "KR-DATUM-TOEKOMST": Entry("'{field}' ligt in de toekomst.", "Kies een datum tot en met vandaag."),
    "KR-GETAL-ONGELDIG": Entry(
        "'{field}' is geen geheel getal binnen de grenzen.", "Vul een getal in van {low} tot en met {high}."
    ),
    "KR-LEEG": Entry("Er is niets ingevuld.", "Beantwoord ten minste een vraag."),
    "KR-TIJD-ONGELDIG": Entry("Het tijdstip heeft geen tijdzone of bestaat niet.", "Schrijf het als 2026-04-20T22:05."),
    "KR-AFWEZIG-TIJD": Entry(
        "De afwezigheid eindigt voor zij begint, of is al voorbij.", "Geef bij --until een later tijdstip."
    ),
    "KR-PROEF-UIT": Entry(
        "Storingsproeven staan hier uit.", "Draai ze met 'make faults'; op een echte installatie horen ze niet."
    ),
    "KR-KLOK-ECHT": Entry(
        "Deze administratie loopt op de echte tijd; --now is hier niet toegestaan.",
        "Maak een proefadministratie met --virtual-clock.",
    ),
    "KR-KLOK-TERUG": Entry("Het tijdstip ligt voor het laatst vastgelegde moment.", "Geef een later tijdstip."),
    "KR-KLOK-SOORT": Entry(
        "De klok van deze administratie ligt vast en kan niet meer virtueel worden.",
        "Maak met --virtual-clock een nieuwe proefadministratie op een andere plek.",
    ),
    "KR-KLOK-PROEF": Entry(
        "Een proefadministratie met virtuele klok kan niet vanzelf lopen.",
        "Gebruik 'ketenregie sweep --now', of kies met KETENREGIE_DATABASE een gewone administratie.",
    ),
    "KR-PERIODE": Entry("Deze periode bestaat niet.", "Schrijf een halfjaar als 2026-1 of 2026-2."),
    "KR-ANTWOORDEN": Entry(
        "Het bestand met antwoorden is geen JSON-object van velden en waarden.",
        'Schrijf het als {{"veld": "waarde"}}; de velden toont \'ketenregie step show\'.',
    ),
    # files of reports
    "KR-BESTAND-SCHRIJVEN": Entry("Het bestand is niet te schrijven.", "Controleer het pad en de rechten."),
    "KR-BESTAND-SOORT": Entry(
        "Dit soort bestand kan niet worden ingelezen.", "Gebruik een bestand dat eindigt op .csv, .json of .xml."
    ),
    "KR-BESTAND-LEEG": Entry("Het bestand bevat geen meldingen.", "Controleer de export en probeer het opnieuw."),
    "KR-BESTAND-GROOT": Entry(
        "Het bestand is groter dan {megabytes} MB.", "Splits het bestand, bijvoorbeeld per maand."
    ),
    "KR-BESTAND-RIJEN": Entry(
        "Het bestand heeft meer dan {rows} rijen.", "Splits het bestand, bijvoorbeeld per maand."
    ),
    "KR-BESTAND-TEKEN": Entry(
        "Regel {line} bevat tekens die geen UTF-8 zijn.", "Bewaar het bestand opnieuw als UTF-8 (in Excel: CSV UTF-8)."
    ),
    "KR-BESTAND-REGEL": Entry(
        "Regel {line} is langer dan {kilobytes} kB.", "Controleer of het bestand een melding per regel heeft."
    ),
    "KR-BESTAND-KOLOMMEN": Entry(
        "De kolommen in regel {line} kloppen niet. Precies deze horen erin, elk een keer: {expected}.",
        "Vergelijk het bestand met het voorbeeld in docs/import.md.",
    ),
    "KR-BESTAND-JSON": Entry(
        "Het bestand is vanaf regel {line} geen geldige JSON-lijst van meldingen.",
        "Vergelijk het bestand met het voorbeeld in docs/import.md.",
    ),
    "KR-BESTAND-XML": Entry(
        "Het bestand is vanaf regel {line} geen geldige XML-lijst van meldingen.",
        "Vergelijk het bestand met het voorbeeld in docs/import.md.",
    ),
    "KR-BESTAND-SOORT-CSV": Entry(
        "Dit soort bestand kan niet worden ingelezen.", "Gebruik een bestand dat eindigt op .csv."
    ),
    # rows of a file of waiting lists
    "KR-WACHTLIJST-WAARDE": Entry(
        "De waarde bij '{field}' mag niet.", "Kies een waarde die docs/import.md bij wachtlijsten noemt."
    ),
    "KR-WACHTLIJST-DUBBEL": Entry(
        "Deze wachtlijst staat twee keer in het bestand, voor dezelfde dag.", "Laat een van de twee rijen weg."
    ),
    # rows of a file of reports
    "KR-RIJ-CELLEN": Entry(
        "De rij heeft niet het goede aantal cellen, of een aanhalingsteken staat verkeerd.",
        "Vergelijk de rij met de kopregel.",
    ),
    "KR-RIJ-VERPLICHT": Entry("De kolom '{field}' is leeg.", "Vul de kolom in; docs/import.md noemt de waarden."),
    "KR-RIJ-WAARDE": Entry(
        "De waarde in de kolom '{field}' mag niet.", "Kies een waarde die docs/import.md bij deze kolom noemt."
    ),
    "KR-RIJ-TIJD": Entry(
        "Het tijdstip in de kolom '{field}' bestaat niet.", "Schrijf het als 2026-04-20T22:05, in Nederlandse tijd."
    ),
    "KR-RIJ-TIJD-DUBBEL": Entry(
        "Het tijdstip in de kolom '{field}' komt die nacht twee keer voor, door de wintertijd.",
        "Zet +02:00 (zomertijd) of +01:00 (wintertijd) achter het tijdstip.",
    ),
    "KR-RIJ-TOEKOMST": Entry("Het tijdstip in de kolom '{field}' ligt in de toekomst.", "Controleer datum en tijd."),
    "KR-RIJ-ONBEKEND": Entry(
        "De code in de kolom '{field}' kent deze regio niet, of past hier niet.",
        "Gebruik een code uit het regiobestand.",
    ),
    "KR-RIJ-VAN-ONS": Entry("De kolom '{field}' vult Veilig Thuis zelf in, niet de melder.", "Laat deze kolom leeg."),
    "KR-RIJ-GEZIN": Entry(
        "De gezinsleden in de kolom '{field}' kloppen niet.", "Schrijf ze als A:volwassene:1985 B:kind:2012 C:kind:"
    ),
    "KR-RIJ-FORMULE": Entry(
        "De kolom '{field}' begint met een teken dat een rekenprogramma als formule leest.",
        "Haal het teken aan het begin weg.",
    ),
    "KR-RIJ-PRIVACY": Entry(
        "De kolom '{field}' lijkt persoonsgegevens te bevatten ({what}).",
        "Laat persoonsgegevens in het eigen systeem en gebruik een code.",
    ),
    "KR-RIJ-DUBBEL": Entry("Deze melding staat twee keer in het bestand.", "Laat een van de twee rijen weg."),
    "KR-MELDING-ANDERS": Entry(
        "Deze melding is al ingelezen, met een andere inhoud.",
        "Zoek uit welke inhoud klopt; een verandering legt u vast in de zaak.",
    ),
    # policy
    "KR-BELEID-TOML": Entry("Het {document} is vanaf regel {line} geen geldig TOML.", "Herstel de schrijfwijze."),
    "KR-BELEID-VERSIE": Entry(
        "Het {document} heeft geen bruikbare versie (regel {line}).",
        'Zet bovenaan een versie van letters, cijfers, punten en streepjes, bijvoorbeeld version = "2026-12".',
    ),
    "KR-BELEID-SLEUTEL": Entry(
        "Regel {line} van het {document} heeft een sleutel die niet bestaat.",
        "Gebruik een sleutel uit het standaardbeleid.",
    ),
    "KR-BELEID-EENHEID": Entry(
        "De termijn op regel {line} van het {document} heeft geen passende eenheid.",
        "Gebruik een van working_days, days, weeks, months, years of hours; een wettelijke termijn houdt haar eenheid.",
    ),
    "KR-BELEID-BRON": Entry(
        "De waarde op regel {line} van het {document} heeft geen bron.",
        'Schrijf erbij waar de waarde vandaan komt: source = "…".',
    ),
    "KR-BELEID-WAARDE": Entry(
        "De waarde op regel {line} van het {document} heeft het verkeerde type of valt buiten de grenzen.",
        "Vergelijk met het standaardbeleid.",
    ),
    "KR-BELEID-WET": Entry(
        "Regel {line} van het {document} verruimt een wettelijke termijn of wijzigt wat vastligt.",
        "Kies een waarde die niet ruimer is dan het standaardbeleid, of laat de regel weg.",
    ),
    "KR-BELEID-ZICHT": Entry(
        "Regel {line} van het {document} laat het zicht op veiligheid stilstaan of later komen.",
        "Laat deze regel weg; zolang een gezin wacht of buiten beeld is, staat dat nooit stil.",
    ),
    "KR-BELEID-KLOK": Entry("Het beleid kent deze termijn niet.", "Meld dit aan de beheerder."),
    # privacy
    "KR-PRIVACY": Entry(
        "Een antwoord lijkt persoonsgegevens te bevatten ({what}).",
        "Laat persoonsgegevens in het eigen systeem van de organisatie en gebruik codes.",
    ),
    # roles
    "KR-ROL": Entry(
        "Met de rol van deze code mag dit niet: {act}.", "Laat het doen door een collega met de juiste rol."
    ),
    "KR-EIGEN-AKKOORD": Entry(
        "Wie iets vastlegt of eigenaar is, mag het niet zelf goedkeuren.",
        "Vraag een collega met de rol {roles} om akkoord.",
    ),
    "KR-CODE-INACTIEF": Entry("Deze medewerkerscode is niet meer actief.", "Gebruik de code van een actieve collega."),
    "KR-TOEWIJZEN-ROL": Entry(
        "Deze code kan geen vaste medewerker zijn.",
        "Kies een actieve collega van Veilig Thuis met een uitvoerende rol.",
    ),
    # gates
    "KR-ONVOLLEDIG": Entry("De stap kan nog niet dicht; onderdelen die ontbreken: {count}.", "Vul aan wat ontbreekt."),
    "KR-AKKOORD-NODIG": Entry(
        "De stap wacht op akkoord van een tweede persoon.", "Laat {roles} het akkoord vastleggen."
    ),
    "KR-OVERDRACHT-OPEN": Entry(
        "De zaak kan niet dicht: een overdracht is aangeboden en niet aanvaard.", "Rond eerst de overdracht af."
    ),
    # state
    "KR-STAP-GESLOTEN": Entry("Deze stap is al afgerond.", "Bekijk de zaak met 'ketenregie case show'."),
    "KR-OVERDRACHT-NIET-OPNIEUW": Entry(
        "Deze overdracht kan niet opnieuw worden aangeboden.",
        "Kijk met 'ketenregie handover list' hoe ze staat, en of de ontvanger een systeem heeft.",
    ),
    "KR-OVERDRACHT-NIET-MISLUKT": Entry(
        "Deze overdracht is niet mislukt, of is al afgehandeld.", "Kijk met 'ketenregie handover list' hoe ze staat."
    ),
    "KR-GEBEURTENIS-NIET-OPNIEUW": Entry(
        "Er is niets dat deze abonnee opnieuw moet horen.", "Kijk met 'ketenregie events list --all' hoe alles staat."
    ),
    "KR-UITKOMST-NIET-OPNIEUW": Entry(
        "Er is niets dat deze melder opnieuw moet horen.", "Kijk met 'ketenregie outcomes list --all' hoe alles staat."
    ),
    "KR-STAP-GEPLAND": Entry("Deze stap is nog niet aan de beurt.", "Rond eerst de voorgaande stap af."),
    "KR-SAMENVOEGEN": Entry(
        "Dit is de zaak van deze melding zelf.", "Geef de code van de andere zaak, of laat het veld leeg."
    ),
    "KR-STAP-LOOPT": Entry("Deze stap loopt al in deze zaak.", "Werk verder in de lopende stap."),
    "KR-TOEWIJZEN-ZELFDE": Entry(
        "Deze code is al de vaste medewerker van deze zaak.", "Er is niets gewijzigd; kies een andere collega."
    ),
    "KR-NIET-AFWEZIG": Entry(
        "Deze code staat niet als afwezig of vertrokken.", "Kijk met 'ketenregie person list' wie er afwezig is."
    ),
    "KR-ZAAK-GESLOTEN": Entry("Deze zaak is afgesloten.", "Leg een nieuwe melding vast."),
    "KR-MELDING-BESTAAT": Entry("Deze melding is al ingelezen.", "Er is niets gewijzigd; u hoeft niets te doen."),
    "KR-VERLENGING": Entry("Deze termijn kan niet worden verlengd.", "Leg de oorzaak van de vertraging vast."),
    "KR-OPSCHORTING": Entry("Deze termijn kan niet worden opgeschort.", "Leg de oorzaak van de vertraging vast."),
    "KR-OPSCHORTING-STAND": Entry(
        "Een stap die te laat, geweigerd of acuut is, wordt niet opgeschort.", "Leg de oorzaak van de vertraging vast."
    ),
    "KR-OPSCHORTING-LOOPT": Entry(
        "Deze termijn is opgeschort.", "Wacht tot het einde, of hervat met 'ketenregie step resume'."
    ),
    "KR-OPSCHORTING-GEEN": Entry("Deze termijn is niet opgeschort.", "Bekijk de termijn met 'ketenregie step show'."),
    "KR-AUDIT-VAST": Entry("Het logboek kan niet worden gewijzigd of verwijderd.", "Leg een nieuwe handeling vast."),
    "KR-AUDIT-KETEN": Entry(
        "Deze regel sluit niet aan op het logboek.", "Controleer het logboek met 'ketenregie doctor'."
    ),
    "KR-TERMIJN-LATER": Entry(
        "Een termijn schuift niet naar achteren zonder verlenging of opschorting.",
        "Leg de verlenging of opschorting vast.",
    ),
    "KR-ADMINISTRATIE-OUD": Entry(
        "Deze administratie is nog niet bijgewerkt naar deze versie.", "Start 'ketenregie up', en daarna dit opnieuw."
    ),
    "KR-ADMINISTRATIE-NIEUWER": Entry(
        "Deze administratie is gemaakt door een nieuwere versie.", "Werk ketenregie bij en probeer het opnieuw."
    ),
    # outside
    "KR-PREFECT-START": Entry(
        "De Prefect-server is niet gestart.", "Lees server.log in de map prefect en start opnieuw."
    ),
    "KR-PREFECT-WEG": Entry(
        "De Prefect-server is vanzelf gestopt.", "Lees server.log in de map prefect en start opnieuw."
    ),
    "KR-PREFECT": Entry("Prefect gaf geen antwoord ({what}).", "De volgende ronde probeert het opnieuw."),
    "KR-RONDE": Entry("Deze ronde is niet gelukt ({what}).", "De volgende ronde probeert het opnieuw."),
    "KR-RONDE-STAP": Entry(
        "Stappen die niet te beoordelen waren: {count}.",
        "De volgende ronde probeert het opnieuw; meld het als het blijft.",
    ),
    "KR-RONDE-KLOK": Entry(
        "De klok is teruggezet; deze ronde heeft niets besloten.",
        "Zet de tijd van deze machine goed en kijk met 'doctor'.",
    ),
    "KR-RONDE-NIEMAND": Entry(
        "Berichten die niemand bereikten: {count}.",
        "Bekijk ze met 'ketenregie messages list --state failed' en bel zelf.",
    ),
    # the watch
    "KR-WACHT-KLOK": Entry(
        "De klok van Prefect staat stil sinds {since}; de rondes lopen door via de opdracht.",
        "Kijk met 'ketenregie doctor' wat Prefect mankeert.",
    ),
    "KR-WACHT-STIL": Entry(
        "Niemand bewaakt de termijnen sinds {since}.", "Draai nu 'ketenregie sweep' en kijk met 'ketenregie doctor'."
    ),
    "KR-WACHT-NOOIT": Entry(
        "Er is nog nooit een ronde gelopen.", "Start 'ketenregie up', of draai 'ketenregie sweep'."
    ),
    "KR-WACHT-DICHT": Entry(
        "De administratie gaat niet open, dus niemand bewaakt de termijnen.", "Kijk met 'ketenregie doctor'."
    ),
    # region
    "KR-REGIO": Entry(
        "Het regiobestand is niet goed bij {place}: {what}.", "Verbeter het bestand en laad het opnieuw."
    ),
    # partners' systems
    "KR-PARTNERS": Entry(
        "Het partnerbestand is niet goed bij {place}: {what}.",
        "Verbeter het bestand; docs/partners.md zegt wat erin mag.",
    ),
    "KR-NOTIFYNL-SLEUTEL": Entry(
        "De API-sleutel van NotifyNL heeft niet de vorm naam-dienst-geheim.",
        "Kopieer de hele sleutel uit NotifyNL naar KETENREGIE_SECRETS.",
    ),
    "KR-WEBHOOK-SLEUTEL": Entry(
        "Het geheim {name} is geen sleutel voor webhooks.",
        "Gebruik whsec_ met daarachter ten minste 24 willekeurige bytes in base64.",
    ),
    "KR-GEHEIM": Entry(
        "Het geheim {name} is niet ingesteld.",
        "Zet het in KETENREGIE_SECRETS; het partnerbestand noemt alleen de naam.",
    ),
    "KR-GEHEIM-KORT": Entry(
        "Het geheim {name} is te kort.",
        "Kies er een van ten minste {least} tekens, door een programma gemaakt, en geef het de partner.",
    ),
    "KR-ABONNEMENT": Entry(
        "Het abonnement bij {source} is niet in orde ({reason}).",
        "Kijk of 'ketenregie receive' draait en van buiten bereikbaar is, en kijk met 'ketenregie doctor'.",
    ),
    "KR-BRON-ONBEKEND": Entry(
        "Deze bron van notificaties staat niet in het partnerbestand.", "docs/partners.md zegt hoe hij erin komt."
    ),
    # the receiver
    "KR-POORT": Entry("Poort {port} is al in gebruik.", "Kies met --port een andere, of stop wat daar draait."),
    "KR-DEUR-TOEGANG": Entry(
        "Deze aanroep heeft geen geldig bewijs van toegang.", "Controleer het geheim, of het token en de klok."
    ),
    "KR-DEUR-HERHAALD": Entry(
        "Dit token is al gebruikt.", "Maak voor elke aanroep een nieuw token, met een eigen jti."
    ),
    "KR-DEUR-ADRES": Entry("Dit adres bestaat niet.", "Controleer het adres."),
    "KR-DEUR-METHODE": Entry("Dit adres kent deze methode niet.", "Gebruik de methode die de koppeling noemt."),
    "KR-DEUR-SOORT": Entry(
        "De inhoud is niet van de goede soort.", "Stuur JSON als application/json, in UTF-8 en niet ingepakt."
    ),
    "KR-DEUR-GROOT": Entry("De inhoud is groter dan {kilobytes} kB.", "Stuur minder in een keer."),
    "KR-DEUR-TRAAG": Entry("De inhoud kwam niet op tijd binnen.", "Stuur haar opnieuw."),
    "KR-DEUR-INHOUD": Entry("De inhoud voldoet niet bij: {fields}.", "Vergelijk met de beschrijving van de koppeling."),
    "KR-DEUR-VELDEN": Entry(
        "De melding mist velden, of deze velden kloppen niet: {fields}.",
        "Vergelijk met de beschrijving van de koppeling.",
    ),
    "KR-DEUR-PERSOON": Entry(
        "De melding noemt een persoon, of bevat vrije tekst.",
        "Stuur alleen codes; wie het zijn en wat er gebeurde, hoort in het systeem van Veilig Thuis.",
    ),
    "KR-DEUR-BRON": Entry(
        "De bron van deze koppeling staat niet in het regiobestand.", "Laat de beheerder het partnerbestand nakijken."
    ),
    "KR-DEUR-VERZOEK": Entry("Dit verzoek is niet te lezen.", "Vergelijk met de beschrijving van de koppeling."),
    "KR-DEUR-DRUK": Entry("Er zijn te veel aanroepen tegelijk.", "Probeer het over enkele seconden opnieuw."),
    "KR-DEUR-STORING": Entry("De ontvanger kan dit nu niet verwerken.", "Probeer het later opnieuw."),
    "KR-CORV-WAARDE": Entry(
        "De waarde in de kolom '{field}' mag niet.", "Kies een waarde die integrations/corv/README.md noemt."
    ),
    "KR-SIGNAAL-WAARDE": Entry(
        "De waarde in de kolom '{field}' mag niet.", "Kies een waarde die integrations/signals/README.md noemt."
    ),
    "KR-SLEUTELS": Entry(
        "Het sleutelbestand van de BRP is niet goed ({what}).",
        "Verbeter het; alleen de eigenaar mag het lezen (chmod 600).",
    ),
    "KR-VOLGEN-EINDE": Entry(
        "Er zijn {amount} niet beëindigd: het zijn er te veel in één keer, zonder dat die zaken zijn gesloten.",
        "Kijk of het sleutelbestand en de administratie de goede zijn. Klopt het, zet dan most_ended één dag op 1.",
    ),
    # stories
    "KR-VERHAAL": Entry("Het verhaal is niet goed bij {place}.", "Vergelijk het met docs/stories.md."),
    # wrong use
    "KR-GEBRUIK": Entry("Dit commando is niet goed gebruikt: {what}.", "Vraag hulp met --help."),
    "KR-INSTELLING": Entry("De instelling {names} heeft geen goede waarde.", "Vergelijk met docs/commands.md."),
    "KR-ONVERWACHT": Entry(
        "Er ging iets mis dat niet was voorzien ({kind}).",
        "Draai 'ketenregie doctor'; blijft het, meld de fout met KETENREGIE_DEBUG=1 aan de beheerder.",
    ),
    "KR-BESTAND": Entry("Het bestand is niet te lezen.", "Controleer het pad en de rechten."),
    "KR-ADMINISTRATIE": Entry(
        "Er is nog geen administratie op deze plek.", "Maak er een met 'ketenregie up' of 'demo'."
    ),
    "KR-ADMINISTRATIE-ADRES": Entry(
        "Dit adres van een administratie kent ketenregie niet.",
        "Gebruik sqlite:///pad of postgresql+psycopg://server/naam.",
    ),
    "KR-TRANSACTIE-DICHT": Entry(
        "Deze handeling kan alleen binnen een open transactie.", "Meld dit als programmafout."
    ),
    "KR-TRANSACTIE-GENEST": Entry("In deze transactie begint een tweede transactie.", "Meld dit als programmafout."),
    "KR-ALLEEN-LEZEN": Entry("Wie alleen leest, mag niets wijzigen.", "Meld dit als programmafout."),
    "KR-OPDRACHT-ONBEKEND": Entry("Prefect kent deze opdracht niet.", "Meld dit als programmafout."),
    # messages
    "KR-BERICHT-ONBEKEND": Entry(
        "Dit bericht bestaat niet.", "Zoek het nummer met 'ketenregie messages list --state failed'."
    ),
    "KR-BERICHT-NIET-MISLUKT": Entry(
        "Dit bericht is niet mislukt, of al opgepakt.", "Bekijk het met 'ketenregie messages list'."
    ),
    "KR-BERICHT-PRIVACY": Entry(
        "Een bericht is tegengehouden: het bevat {what}.", "Controleer de titels in het regiobestand."
    ),
    "KR-MAIL-ONVEILIG": Entry(
        "Mail zonder TLS mag alleen naar een server op deze machine.",
        "Zet KETENREGIE_MAIL_SECURITY op starttls of ssl.",
    ),
    # copies
    "KR-KOPIE-MISLUKT": Entry(
        "De reservekopie is niet gelukt ({what}).", "Controleer ruimte, rechten en versie, en probeer het opnieuw."
    ),
    "KR-KOPIE-STUK": Entry("Deze kopie is niet te gebruiken ({what}).", "Kies een andere, oudere reservekopie."),
    "KR-PROGRAMMA": Entry(
        "Het programma {program} ontbreekt.", "Installeer de PostgreSQL-client van de versie van de server."
    ),
    "KR-TERUG-OPEN": Entry(
        "De administratie is nog in gebruik; er is niets veranderd.", "Stop ketenregie en probeer het opnieuw."
    ),
    "KR-TERUG-VOL": Entry(
        "De database is niet leeg; er is niets veranderd.",
        "Maak een nieuwe, lege database en noem die in KETENREGIE_DATABASE.",
    ),
    # outside: the ledger's database
    "KR-ADMINISTRATIE-BEZET": Entry(
        "De administratie is bezet door een andere verwerking; er is niets vastgelegd.", "Probeer het zo opnieuw."
    ),
    "KR-ADMINISTRATIE-VOL": Entry(
        "De schijf van de administratie is vol; er is niets vastgelegd.", "Maak ruimte vrij en probeer het opnieuw."
    ),
    "KR-ADMINISTRATIE-ALLEENLEZEN": Entry(
        "In de administratie kan niet worden geschreven.", "Controleer de rechten op het bestand of de database."
    ),
    "KR-ADMINISTRATIE-ONBEREIKBAAR": Entry(
        "De administratie is niet bereikbaar.", "Controleer de schijf, de databaseserver en het adres."
    ),
    "KR-ADMINISTRATIE-BESCHADIGD": Entry(
        "De administratie is beschadigd.", "Stop ketenregie en zet de laatste reservekopie terug."
    ),
}
