"""What every sample company has: screens, themes people speak of, and the stories friction tells.

Rates are the chance that an answer's writer met the thing lately; effects are on the latent 0-10 scale.
"""

from dataclasses import dataclass

SCREENS = (
    "Home",
    "Search",
    "Product",
    "Basket",
    "Delivery slot",
    "Checkout",
    "Payment",
    "Order tracking",
    "Recipes",
    "Account",
    "Login",
    "Help",
    "Subscription",
)
SIGNALS = ("rage_taps", "dead_taps", "ui_freezes", "crashes", "errors")


@dataclass(frozen=True)
class Theme:
    """A subject people write about.

    ``bad`` and ``good`` are (rate, effect): how often somebody lately had that experience, and what it
    does to the latent 0-10 score. ``surveys`` weighs the rates per survey kind (nps, csat, ces).
    """

    name: str
    description: str
    bad: tuple[float, float]
    good: tuple[float, float]
    surveys: tuple[float, float, float] = (1.0, 1.0, 1.0)
    kind: str = "subject"


DELIVERY = (1.0, 1.4, 0.3)
APP = (1.0, 0.5, 1.6)
THEMES = (
    Theme("card_payment", "Paying: declined cards, 3-D Secure, wallets", (0.025, -1.2), (0.01, 0.4), APP),
    Theme("app_crash", "The app closes by itself or will not open", (0.02, -1.6), (0.002, 0.2), APP),
    Theme("app_speed", "How fast the app or site loads and reacts", (0.03, -0.9), (0.03, 0.4), APP),
    Theme("delivery_time", "Orders arriving late, early or on time", (0.06, -1.6), (0.09, 0.6), DELIVERY),
    Theme("missing_items", "Things left out of the order or wrong", (0.045, -1.5), (0.012, 0.5), DELIVERY),
    Theme("substitutions", "Replacement products picked for the shopper", (0.04, -1.0), (0.015, 0.4), DELIVERY),
    Theme("freshness", "Freshness and dates of fruit, meat, dairy", (0.04, -1.3), (0.07, 0.6), DELIVERY),
    Theme("delivery_slots", "Finding and booking a delivery slot", (0.035, -1.0), (0.035, 0.5)),
    Theme("support", "Reaching customer service and what comes of it", (0.035, -1.5), (0.035, 0.6)),
    Theme("refunds", "Getting money back", (0.028, -1.4), (0.02, 0.6)),
    Theme("prices", "Prices of the goods", (0.05, -0.9), (0.04, 0.5)),
    Theme("delivery_fee", "Delivery, service and bag charges, minimum spend", (0.035, -0.9), (0.015, 0.4)),
    Theme("promo_codes", "Vouchers, promo codes and offers", (0.028, -0.9), (0.02, 0.5)),
    Theme("login", "Signing in, passwords, one-time codes", (0.022, -1.1), (0.006, 0.3), APP),
    Theme("search", "Finding products by search and filter", (0.03, -0.8), (0.018, 0.4), APP),
    Theme("order_tracking", "Following the van: map, times, status", (0.022, -0.8), (0.035, 0.5)),
    Theme("subscription", "The delivery pass: joining, renewing, cancelling", (0.022, -1.3), (0.018, 0.5)),
    Theme("packaging", "Bags, boxes, ice packs and waste", (0.025, -0.6), (0.012, 0.3), DELIVERY),
    Theme("drivers", "The people at the door", (0.012, -1.2), (0.11, 0.7), DELIVERY),
    Theme("recipes", "Recipe ideas and adding their ingredients", (0.008, -0.3), (0.02, 0.0)),
    Theme("notifications", "Push messages, texts and e-mails", (0.022, -0.6), (0.006, 0.3)),
    Theme("usability", "Design and ease of use", (0.03, -0.8), (0.09, 0.6), APP),
    Theme("product_range", "What is and is not on sale", (0.03, -0.6), (0.045, 0.5)),
    Theme("accessibility", "Large text, screen readers, contrast", (0.008, -1.0), (0.003, 0.4), APP),
    Theme("reordering", "Favourites, lists, past orders, editing an order", (0.022, -0.6), (0.03, 0.5), APP),
    Theme("product_info", "Photos, weights, allergens, reviews of products", (0.022, -0.6), (0.008, 0.3), APP),
    Theme("account", "Addresses, personal data, account settings", (0.014, -0.8), (0.004, 0.2), APP),
    Theme("praise", "Praise without a subject", (0.0, 0.0), (0.0, 0.0), kind="system"),
    Theme("complaint", "Complaint without a subject", (0.0, 0.0), (0.0, 0.0), kind="system"),
    Theme("non_answer", "No answer in it", (0.0, 0.0), (0.0, 0.0), kind="system"),
    Theme("off_topic", "About something else", (0.0, 0.0), (0.0, 0.0), kind="system"),
)
THEME_NAMES = tuple(theme.name for theme in THEMES)


@dataclass(frozen=True)
class Story:
    """A way an app goes wrong, as telemetry sees it: the screen, the signals it leaves, the theme of it.

    ``signals`` is (signal, mean count) pairs. A harmless story leaves signals and does nothing to scores.
    """

    name: str
    screen: str
    theme: str
    signals: tuple[tuple[str, float], ...]
    what: str
    harmless: bool = False


STORIES = (
    Story(
        "payment_freeze",
        "Payment",
        "card_payment",
        (("rage_taps", 3.5), ("ui_freezes", 2.4), ("errors", 0.4)),
        "The Payment screen freezes after a declined card or the bank's check",
    ),
    Story(
        "slot_dead",
        "Delivery slot",
        "delivery_slots",
        (("dead_taps", 3.0), ("errors", 0.8)),
        "Tapping a free delivery slot does nothing",
    ),
    Story("login_loop", "Login", "login", (("errors", 2.2), ("rage_taps", 0.8)), "The one-time code is refused"),
    Story("login_outage", "Login", "login", (("errors", 2.5), ("crashes", 0.8)), "Sign-in was down for the day"),
    Story(
        "search_freeze",
        "Search",
        "search",
        (("ui_freezes", 1.8), ("rage_taps", 0.5)),
        "Search hangs while the results load",
    ),
    Story(
        "tracking_frozen",
        "Order tracking",
        "order_tracking",
        (("ui_freezes", 1.2), ("rage_taps", 1.5)),
        "The map of the van stands still",
    ),
    Story(
        "promo_error",
        "Checkout",
        "promo_codes",
        (("errors", 1.8), ("rage_taps", 1.0)),
        "Valid promo codes are rejected at the checkout",
    ),
    Story("home_crash", "Home", "app_crash", (("crashes", 1.2),), "The app closes on the Home screen"),
    Story(
        "basket_dead",
        "Basket",
        "usability",
        (("dead_taps", 2.6), ("rage_taps", 0.6)),
        "The quantity buttons in the basket do not react",
    ),
    Story(
        "cancel_loop",
        "Subscription",
        "subscription",
        (("rage_taps", 2.4), ("dead_taps", 1.0)),
        "The cancel button of the pass leads back to the start",
    ),
    Story(
        "recipe_heart",
        "Recipes",
        "recipes",
        (("rage_taps", 3.0),),
        "The heart on recipes is tapped again and again, with success",
        harmless=True,
    ),
    Story(
        "banner_dead",
        "Home",
        "promo_codes",
        (("dead_taps", 1.6),),
        "A picture on the Home screen looks like a button and is none",
        harmless=True,
    ),
    Story(
        "photo_zoom",
        "Product",
        "product_info",
        (("rage_taps", 2.2),),
        "Product photos are double-tapped to zoom, with success",
        harmless=True,
    ),
)
STORY = {story.name: story for story in STORIES}
