"""What fills the ``{slots}`` of a bank text."""

from collections.abc import Callable, Mapping

FOODS = {
    "en": (
        "bananas", "strawberries", "chicken thighs", "oat milk", "eggs", "sourdough", "salmon", "avocados",
        "baby spinach", "yoghurt", "mince", "tomatoes", "raspberries", "cheddar", "hummus", "peppers",
        "potatoes", "coriander", "frozen peas", "mushrooms", "butter", "grapes", "lettuce", "blueberries",
        "prawns", "tofu", "carrots", "feta", "nappies", "cat food",
    ),
    "es": ("los plátanos", "las fresas", "la leche", "los huevos", "el pan", "el pollo", "los tomates", "las uvas"),
    "de": ("die Bananen", "die Milch", "die Eier", "das Brot", "die Tomaten", "der Joghurt", "die Trauben"),
}  # fmt: skip
DRIVERS = ("Dave", "Marcin", "Priya", "Tony", "Aisha", "Luca", "Gareth", "Sam", "Femi", "Kasia", "Joel", "Beth")
AGENTS = ("Chloe", "Ravi", "Martha", "Dean", "Yusuf", "Ellie", "Nadia", "Chris")
PHONES = {
    "android": ("Pixel 8", "Galaxy S23", "Galaxy A54", "Galaxy S24", "OnePlus 12", "Pixel 7a", "Xperia 5", "Moto G84"),
    "ios": ("iPhone 13", "iPhone 14", "iPhone 15", "iPhone 15 Pro", "iPhone SE", "iPhone 12 mini", "iPad Air"),
    "web": ("laptop", "MacBook", "Chromebook", "work PC", "desktop"),
}
DEVICES = {
    "android": PHONES["android"],
    "ios": PHONES["ios"],
    "web": ("Chrome on Windows", "Safari on macOS", "Edge on Windows", "Firefox on Windows", "Chrome on ChromeOS"),
}
CITIES = {
    "GB": ("Leeds", "Bristol", "Cardiff", "Norwich", "Glasgow", "Reading", "York", "Brighton"),
    "IE": ("Cork", "Galway", "Dublin", "Limerick"),
    "US": ("Columbus", "Raleigh", "Tampa", "Denver", "Madison"),
    "ES": ("Valencia", "Sevilla", "Bilbao", "Zaragoza"),
    "DE": ("Leipzig", "Köln", "Bremen", "Nürnberg"),
}
SHOPS = {
    "GB": ("the corner shop", "the big supermarket", "the market", "my local Co-op", "the discounter"),
    "IE": ("the corner shop", "the big supermarket", "the market", "the discounter"),
    "US": ("the store", "the farmers market", "the warehouse club", "the big box store"),
    "ES": ("el súper", "la tienda de la esquina", "el mercado"),
    "DE": ("der Supermarkt", "der Wochenmarkt", "der Discounter"),
}
DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
}
CURRENCY = {"GB": "£", "US": "$", "IE": "€", "ES": "€", "DE": "€"}
BANKS = ("my bank", "Monzo", "Revolut", "Barclays", "the bank app", "Santander", "Chase")
NUMBERS = ("two", "three", "four", "five", "six")
# Test numbers that card schemes publish, and number ranges kept free for fiction.
TEST_CARDS = ("4111 1111 1111 1111", "5555 5555 5555 4444", "4012 8888 8888 1881")
FIRST_NAMES = ("jo", "sam", "alex", "kim", "robin", "terry", "maria", "lee")

Draw = Callable[[int], int]
"""A draw below n: an int in [0, n)."""

SLOTS = (
    "item", "item2", "driver", "agent", "phone", "city", "shop", "day", "amount", "small", "bank", "n", "mins",
    "hours", "days", "weeks", "hour", "company", "email", "tel", "card", "order", "version",
)  # fmt: skip


def fill_values(
    draw: Draw, language: str, country: str, platform: str, version: str, company: str
) -> Mapping[str, str]:
    """One value for every slot, drawn for this writer.

    Args:
        draw: gives an int in [0, n).
        language: ``en``, ``es`` or ``de``.
        country: two letters, one of CITIES.
        platform: ``android``, ``ios`` or ``web``.
        version: the app version, empty on the web.
        company: the company's name.
    """
    foods = FOODS[language]
    first = draw(len(foods))
    money = CURRENCY[country]

    def of(values: tuple[str, ...]) -> str:
        return values[draw(len(values))]

    return {
        "item": foods[first],
        "item2": foods[(first + 1 + draw(len(foods) - 1)) % len(foods)],
        "driver": of(DRIVERS),
        "agent": of(AGENTS),
        "phone": of(PHONES[platform]),
        "city": of(CITIES[country]),
        "shop": of(SHOPS[country]),
        "day": of(DAYS[language]),
        "amount": f"{money}{18 + draw(120)}.{draw(100):02d}",
        "small": f"{money}{1 + draw(6)}.{(draw(2) * 49 + 50):02d}",
        "bank": of(BANKS),
        "n": of(NUMBERS) if language == "en" else str(2 + draw(5)),
        "mins": str((2 + draw(11)) * 5),
        "hours": str(2 + draw(5)),
        "days": str(3 + draw(12)),
        "weeks": str(2 + draw(5)),
        "hour": f"{6 + draw(5)}" + (":30" if draw(3) == 0 else "") + ("pm" if language == "en" else ""),
        "company": company,
        "email": f"{of(FIRST_NAMES)}.{of(DRIVERS).lower()}{draw(90) + 10}@example.com",
        "tel": f"555-01{draw(100):02d}" if country == "US" else f"020 7946 0{draw(1000):03d}",
        "card": of(TEST_CARDS),
        "order": f"{draw(900000) + 100000}",
        "version": version or "the site",
    }
