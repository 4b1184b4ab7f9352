"""What the page about the browser's warning says, in each language."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Way:
    """How to go on in some browsers."""

    browsers: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """The page in one language. Plain text; `{host}` is the address that people go on to."""

    language: str
    title: str
    heading: str
    why: str
    link_title: str
    link_warning: str
    check_heading: str
    check: str
    fingerprint_label: str
    check_limits: str
    ways_heading: str
    ways: tuple[Way, ...]
    apple_heading: str
    apple: str
    go: str
    go_hint: str
    avoid: str


_ENGLISH: Final = Words(
    language="en",
    title="Before you open Folkmoot",
    heading="Your browser is about to warn you",
    why="This Folkmoot server runs on a computer in your network, {host}. What you send to it is "
    "encrypted, but nobody outside vouches for the computer: it made its certificate itself. Your "
    "browser can’t tell whose computer that is, so it asks you.",
    link_title="Keep meeting links away from this page.",
    link_warning="It comes to you unprotected. A meeting link begins with https, always; open it "
    "once you have gone on.",
    check_heading="1. Compare this number",
    check="The person who runs the server has the same number on its screen. Ask them to "
    "read out some groups of your choice, or look together.",
    fingerprint_label="Fingerprint of the certificate (SHA-256)",
    check_limits="Somebody in your network could have changed this page on its way. What counts is "
    "that the number on the server’s screen is the one in your browser’s warning: there, open the "
    "certificate and look for SHA-256. If they differ, don’t go on.",
    ways_heading="2. Go on, and confirm the warning",
    ways=(
        Way("Chrome, Edge", ("Advanced", "Proceed to {host} (unsafe)")),
        Way("Firefox", ("Advanced…", "Accept the Risk and Continue")),
        Way("Safari, iPhone, iPad", ("Read the note below first",)),
    ),
    apple_heading="Safari, iPhone and iPad",
    apple="The page opens after “Show Details” and “visit this website”, but joining a meeting "
    "usually fails: Safari, and with it the browsers on iPhone and iPad, refuses the meeting’s "
    "connection to such a certificate. Take another device, or Chrome or Firefox on the Mac.",
    go="Open Folkmoot",
    go_hint="Your browser warns you next.",
    avoid="Whoever runs the server can do without the warning, with a certificate of its own: the "
    "guide “Use your own certificate” says how.",
)

_GERMAN: Final = Words(
    language="de",
    title="Bevor Sie Folkmoot öffnen",
    heading="Gleich warnt Sie Ihr Browser",
    why="Dieser Folkmoot-Server läuft auf einem Rechner in Ihrem Netz, {host}. Was Sie dorthin "
    "senden, ist verschlüsselt, aber niemand von außen bürgt für den Rechner: Er hat sein "
    "Zertifikat selbst erstellt. Ihr Browser weiß nicht, wem der Rechner gehört, und fragt darum "
    "Sie.",
    link_title="Besprechungslinks gehören nicht auf diese Seite.",
    link_warning="Sie kommt ungeschützt bei Ihnen an. Ein Besprechungslink beginnt immer mit "
    "https; öffnen Sie ihn, sobald Sie weitergegangen sind.",
    check_heading="1. Diese Zahl vergleichen",
    check="Wer den Server betreibt, sieht dieselbe Zahl auf dessen Bildschirm. Lassen Sie sich "
    "einige Gruppen Ihrer Wahl vorlesen, oder schauen Sie gemeinsam nach.",
    fingerprint_label="Fingerabdruck des Zertifikats (SHA-256)",
    check_limits="Jemand in Ihrem Netz könnte diese Seite unterwegs verändert haben. Es zählt, "
    "dass die Zahl auf dem Bildschirm des Servers dieselbe ist wie in der Warnung Ihres Browsers: "
    "Öffnen Sie dort das Zertifikat und suchen Sie nach SHA-256. Sind sie verschieden, gehen Sie "
    "nicht weiter.",
    ways_heading="2. Weitergehen und die Warnung bestätigen",
    ways=(
        Way("Chrome, Edge", ("Erweitert", "Weiter zu {host} (unsicher)")),
        Way("Firefox", ("Erweitert…", "Risiko akzeptieren und fortfahren")),
        Way("Safari, iPhone, iPad", ("Bitte zuerst den Hinweis unten lesen",)),
    ),
    apple_heading="Safari, iPhone und iPad",
    apple="Die Seite öffnet sich nach „Details einblenden“ und „diese Website besuchen“, doch die "
    "Teilnahme scheitert meist: Safari, und damit auch die Browser auf iPhone und iPad, lehnt die "
    "Verbindung der Besprechung mit einem solchen Zertifikat ab. Nehmen Sie ein anderes Gerät, "
    "oder Chrome oder Firefox auf dem Mac.",
    go="Folkmoot öffnen",
    go_hint="Danach warnt Ihr Browser.",
    avoid="Wer den Server betreibt, kann die Warnung mit einem eigenen Zertifikat vermeiden: Wie "
    "das geht, steht in der Anleitung „Use your own certificate“.",
)

LANGUAGES: Final = {words.language: words for words in (_ENGLISH, _GERMAN)}
