"""What people call our columns, in the languages that exports come in.

Names are compared without case, accents and punctuation. Order matters: the first synonym found wins.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

_PLAIN = str.maketrans({"ı": "i", "ß": "ss", "ø": "o", "æ": "ae", "ł": "l", "đ": "d"})
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OTHER = re.compile(r"[^\w]+|_+")


def plain(header: str) -> str:
    """`submittedAt`, `Submitted_at` and `SUBMITTED AT` are all `submitted at`; accents are dropped."""
    text = header if header.isupper() else _CAMEL.sub(" ", header)
    text = unicodedata.normalize("NFKD", text.casefold().replace("i̇", "i").translate(_PLAIN))
    text = "".join(c for c in text if not unicodedata.combining(c))
    return " ".join(_OTHER.sub(" ", text).split())


_USER = (
    "user id|userid|customer id|account id|external id|external user id|external reference|distinct id|"
    "requester external id|member id|client id|contact id|user|kullanici id|kullanici no|musteri no|"
    "musteri id|kundennummer|"
    "kunden id|benutzer id|nutzer id|id cliente|id de usuario|id usuario|usuario|cliente"
)
_EMAIL = (
    "email|e mail|email address|e mail address|requester email|recipient email|user email|"
    "customer email|e posta|eposta|"
    "e posta adresi|e mail adresse|correo|correo electronico|person email"
)
_SESSION = "session id|sessionid|recording id|replay id|oturum id|sitzungs id|id de sesion"
_SCREEN = (
    "screen|screen name|page|page title|page path|path|view|url|current url|ekran|seite|bildschirm|pantalla|pagina"
)
_VERSION = (
    "app version|version|version name|app version name|app release|latest version|release|surum|uygulama surumu|build"
)
_PLATFORM = "platform|os|os name|operating system|plattform|betriebssystem|plataforma|sistema operativo|isletim sistemi"

RESPONSES = {
    "id": "id|response id|responseid|survey response id|record id|review id|answer id|feedback id|"
    "respondent id|uuid|antwort id|"
    "kayit no|yanit id|id de respuesta",
    "submitted_at": "submitted at|submitted|submission date|submit date|response date|responded at|"
    "recorded date|completed at|"
    "date submitted|survey completed|collected at|"
    "created at|created|answered at|end date|review date|date of review|review submit date and time|"
    "created date|date time|"
    "datetime|timestamp|time stamp|date|time|at|tarih|yanit tarihi|gonderim tarihi|datum|"
    "zeitstempel|erstellt am|eingereicht am|"
    "fecha|fecha de envio|fecha de respuesta|fecha y hora",
    "kind": "kind|survey type|metric|score type",
    "scale": "scale|score scale|skala|escala|olcek",
    "score": "score|nps|nps score|nps rating|rating|overall rating|likelihood to recommend|"
    "how likely|ltr|csat|csat score|ces|"
    "ces score|satisfaction|satisfaction score|effort score|overall score|stars|star rating|"
    "overall satisfaction|puan|memnuniyet|"
    "memnuniyet puani|bewertung|punktzahl|schulnote|zufriedenheit|puntuacion|calificacion|valoracion|"
    "nota|puntaje|satisfaccion",
    "text": "text|comment|comments|feedback|verbatim|verbatim comment|reason|reason for score|"
    "open ended response|open text|"
    "free text|answer|answer text|review text|review body|review|body|content|remark|remarks|message|response text|"
    "additional comments|explanation|response|tweet|yorum|yorumlar|yorumunuz|gorus|geri bildirim|"
    "aciklama|kommentar|kommentare|"
    "rueckmeldung|ruckmeldung|begrundung|anmerkung|freitext|rezension|comentario|comentarios|opinion|motivo|resena",
    "title": "title|review title|headline|subject|baslik|titel|uberschrift|titulo",
    "user_id": _USER,
    "email": _EMAIL,
    "language": "language|locale|user language|reviewer language|survey language|response language|"
    "lang|dil|sprache|idioma",
    "channel": "channel|survey channel|distribution channel|collection channel|via|source|"
    "survey source|kanal|canal|quelle",
    "survey": "survey|survey name|survey title|survey id|campaign|anket|umfrage|encuesta",
    "question": "question|question text|question title|soru|frage|pregunta",
    "weight": "weight|sampling weight|survey weight|agirlik|gewicht|peso",
}
SESSIONS = {
    "session_id": _SESSION + "|id",
    "user_id": _USER,
    "email": _EMAIL,
    "started_at": "started at|start time|session start|start|session start timestamp|created at|"
    "timestamp|date|time|baslangic|"
    "tarih|beginn|startzeit|inicio|fecha",
    "duration_s": "duration s|duration|session duration|duration seconds|session length|"
    "recording duration|sure|dauer|duracion",
    "platform": _PLATFORM,
    "app_version": _VERSION,
    "screen": _SCREEN,
    "dwell_s": "dwell s|dwell|dwell time|time on screen|time on page|engagement time|seconds on screen",
    "rage_taps": "rage taps|rage tap|rage clicks|rage click count|count rage clicks|rage gesture count|rage gestures",
    "dead_taps": "dead taps|dead tap|dead clicks|dead click count|count dead clicks|"
    "unresponsive gestures|unresponsive gesture",
    "ui_freezes": "ui freezes|ui freeze|freezes|freeze|hangs|anr|anrs|app hangs|donma",
    "crashes": "crashes|crash|crash count|is crashed|crashed|cokme",
    "errors": "errors|error|error count|count errors|console error count|js errors|hata",
    "summary": "summary|session summary|ai summary|description|ozet|zusammenfassung|resumen",
    "replay_url": "replay url|recording url|session link|session url|replay link|replay",
}
TICKETS = {
    "ticket_id": "ticket id|ticket|ticket number|case id|case number|conversation id|id|talep no|"
    "ticketnummer|id de ticket",
    "created_at": "created at|created|created date|opened at|date|timestamp|tarih|erstellt am|datum|"
    "fecha|fecha de creacion",
    "user_id": _USER + "|requester id",
    "email": _EMAIL,
    "subject": "subject|title|konu|betreff|asunto",
    "text": "text|description|body|message|comment|first message|content|aciklama|mesaj|"
    "beschreibung|nachricht|descripcion|mensaje",
    "status": "status|state|ticket status|durum|estado",
    "priority": "priority|urgency|oncelik|prioritat|prioridad",
    "channel": "channel|via|source|kanal|canal",
}
EVENTS = {
    "event_id": "event id|insert id|uuid|id",
    "at": "at|time|timestamp|event time|event timestamp|created at|date|tarih|datum|fecha",
    "user_id": _USER,
    "email": _EMAIL,
    "session_id": _SESSION,
    "name": "name|event|event name|event type|olay|ereignis|evento",
    "screen": _SCREEN,
    "signal": "signal|friction signal|friction|signal type",
    "element": "element|element id|element name|element text|target|target text|button|selector|el text|elements chain|"
    "click target",
    "count": "count|n|times|occurrences|adet|anzahl|cantidad",
}
CUSTOMERS = {
    "user_id": _USER + "|id",
    "email": _EMAIL,
    "signed_up_at": "signed up at|signup date|sign up date|signup at|registered at|"
    "registration date|customer since|member since|"
    "created at|created|joined at|kayit tarihi|registriert am|kunde seit|fecha de registro|fecha de alta",
    "churned_at": "churned at|canceled at|cancelled at|ended at|churn date|cancellation date|"
    "iptal tarihi|gekundigt am|"
    "fecha de baja",
    "mrr": "mrr|monthly revenue|monthly recurring revenue|amount|revenue|arpu|gelir|umsatz|ingresos",
}
CHANGES = {
    "change_id": "change id|release id|id",
    "kind": "kind|type|change type|category|tur|art|tipo",
    "at": "at|date|released at|release date|start|start date|started at|tarih|datum|fecha",
    "until": "until|end|end date|ended at|bitis|ende|hasta",
    "title": "title|name|headline|change|baslik|titel|titulo",
    "version": _VERSION,
    "platform": _PLATFORM + "|app",
    "note": "note|notes|release note|release notes|description|details|text|aciklama|beschreibung|descripcion",
}
# Dimensions that are segments wherever they stand, whatever their number of levels.
SEGMENTS = {
    "platform": _PLATFORM,
    "app_version": _VERSION,
    "os_version": "os version|android version|ios version|system version",
    "device": "device|device model|device name|device type|phone|phone model|cihaz|gerat|dispositivo",
    "browser": "browser|browser name|tarayici|navegador",
    "plan": "plan|plan name|plan type|subscription|subscription plan|subscription tier|tier|package|"
    "paket|tarif|abo|suscripcion",
    "country": "country|country code|ulke|land|pais|territory",
    "region": "region|state|province|market|bolge|provincia",
    "city": "city|sehir|stadt|ciudad",
    "brand": "brand|marka|marke|marca|airline|company|store",
    "product": "product|product name|app|app name|urun|produkt|producto",
    "gender": "gender|sex|cinsiyet|geschlecht|genero",
    "age_group": "age group|age band|age range|yas grubu|altersgruppe|grupo de edad",
    "cohort": "cohort|customer type|customer segment|segment|user type|traveller type|cabin class|"
    "kundensegment|segmento",
}
COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    record: {canonical: tuple(names.split("|")) for canonical, names in table.items()}
    for record, table in (
        ("responses", RESPONSES),
        ("sessions", SESSIONS),
        ("tickets", TICKETS),
        ("events", EVENTS),
        ("customers", CUSTOMERS),
        ("changes", CHANGES),
    )
}
_SEGMENT_OF = {name: dimension for dimension, names in SEGMENTS.items() for name in names.split("|")}
# Words in a question's wording that tell what it asks: header -> canonical, tried when no synonym fits.
PHRASES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "responses": (
        (
            r"\b(why|what is the (main |primary )?reason|tell us more|anything else|how (can|could) we improve|"
            r"warum|por que|neden)\b",
            "text",
        ),
        (
            r"\b(how likely .*recommend|likely to recommend|weiterempfehl\w*|probabilidad .*recom\w*|"
            r"recomendar\w*|tavsiye)\b",
            "score",
        ),
        (r"\b(how (satisfied|easy)|zufrieden\w*|satisfech\w*|memnun\w*)\b", "score"),
    ),
}


def known_segment(header: str) -> str | None:
    """The dimension that a header is known to mean, or None."""
    return _SEGMENT_OF.get(plain(header))


def dimension_name(header: str) -> str:
    """A header as the name of a dimension: lower-case words without accents, joined by underscores."""
    return re.sub(r"\W+", "_", plain(header)).strip("_")[:60] or "segment"


_ANY = {name for table in COLUMNS.values() for names in table.values() for name in names}


def names_columns(cells: Sequence[str]) -> bool:
    """Whether most of `cells` (at least three) are names that columns are known to have: a header, whatever follows."""
    known = sum(plain(cell) in _ANY for cell in cells if cell.strip())
    return known >= 3 and known * 2 >= len(cells)
