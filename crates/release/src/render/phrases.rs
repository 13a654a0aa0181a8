//! The few words that the wire itself adds to an alert, in the languages it speaks.

use crate::language::LanguageTag;

/// The wire's words in one language.
#[derive(Debug)]
pub struct Phrases {
    /// Before the issuers' names, as the trade writes it.
    pub source: &'static str,
    /// Between two issuers.
    pub and: &'static str,
    /// Heads the contacts.
    pub contact: &'static str,
    /// Before the link to the page.
    pub read_online: &'static str,
    /// Before the subscriptions that caused the alert.
    pub because: &'static str,
    /// Names the link that stops them.
    pub unsubscribe: &'static str,
}

const ENGLISH: Phrases = Phrases {
    source: "SOURCE",
    and: "and",
    contact: "Contact",
    read_online: "Read online",
    because: "You get this alert because you asked for",
    unsubscribe: "Unsubscribe",
};

const TABLE: &[(&str, Phrases)] = &[
    (
        "ar",
        Phrases {
            source: "المصدر",
            and: "و",
            contact: "للتواصل",
            read_online: "اقرأ على الموقع",
            because: "تصلك هذه الرسالة لأنك طلبت أخبار",
            unsubscribe: "إلغاء الاشتراك",
        },
    ),
    (
        "de",
        Phrases {
            source: "QUELLE",
            and: "und",
            contact: "Kontakt",
            read_online: "Online lesen",
            because: "Sie erhalten diese Meldung auf Ihren Wunsch zu",
            unsubscribe: "Abbestellen",
        },
    ),
    (
        "es",
        Phrases {
            source: "FUENTE",
            and: "y",
            contact: "Contacto",
            read_online: "Leer en línea",
            because: "Recibe esta alerta porque solicitó",
            unsubscribe: "Cancelar la suscripción",
        },
    ),
    (
        "fr",
        Phrases {
            source: "SOURCE",
            and: "et",
            contact: "Contact",
            read_online: "Lire en ligne",
            because: "Vous recevez cette alerte car vous avez demandé",
            unsubscribe: "Se désabonner",
        },
    ),
    (
        "ja",
        Phrases {
            source: "発表元",
            and: "・",
            contact: "お問い合わせ",
            read_online: "ウェブで読む",
            because: "次の条件で配信をご希望いただいたためお送りしています",
            unsubscribe: "配信停止",
        },
    ),
    (
        "pl",
        Phrases {
            source: "ŹRÓDŁO",
            and: "i",
            contact: "Kontakt",
            read_online: "Czytaj online",
            because: "Otrzymujesz ten alert, ponieważ wybrano",
            unsubscribe: "Wypisz się",
        },
    ),
    (
        "pt",
        Phrases {
            source: "FONTE",
            and: "e",
            contact: "Contato",
            read_online: "Ler on-line",
            because: "Você recebe este alerta porque pediu",
            unsubscribe: "Cancelar a inscrição",
        },
    ),
];

impl Phrases {
    /// The words for a language; English where the wire does not speak it.
    pub fn of(language: &LanguageTag) -> &'static Phrases {
        TABLE
            .iter()
            .find(|(tag, _)| *tag == language.primary())
            .map_or(&ENGLISH, |(_, phrases)| phrases)
    }
}
