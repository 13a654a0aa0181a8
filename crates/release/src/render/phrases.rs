//! The few words that the wire itself adds to a release or an alert, in the languages it speaks.

use crate::language::LanguageTag;

/// The wire's words in one language.
#[derive(Debug)]
pub struct Phrases {
    language: &'static str,
    /// Before the issuers' names, as the trade writes it.
    pub source: &'static str,
    /// Between two issuers.
    pub and: &'static str,
    /// Heads the contacts.
    pub contact: &'static str,
    /// Before the agency or person who acts for the issuers.
    pub agent: &'static str,
    /// Heads the related links.
    pub links: &'static str,
    /// Heads pictures, films and documents.
    pub media: &'static str,
    /// Before who made a picture.
    pub credit: &'static str,
    /// Before what others may do with it.
    pub licence: &'static str,
    /// Before the link to the page.
    pub read_online: &'static str,
    /// Before the subscriptions that caused the alert.
    pub because: &'static str,
    /// Names the link that stops them.
    pub unsubscribe: &'static str,
}

/// A row of the table, in the order of the fields.
const fn row(
    language: &'static str,
    words: [&'static str; 8],
    alert: [&'static str; 3],
) -> Phrases {
    let [source, and, contact, agent, links, media, credit, licence] = words;
    let [read_online, because, unsubscribe] = alert;
    Phrases {
        language,
        source,
        and,
        contact,
        agent,
        links,
        media,
        credit,
        licence,
        read_online,
        because,
        unsubscribe,
    }
}

/// English first, which stands in for languages that are not here.
#[rustfmt::skip]
const TABLE: &[Phrases] = &[
    row("en", ["SOURCE", "and", "Contact", "Issued by", "Related links", "Media", "Credit", "License"],
        ["Read online", "You get this alert because you asked for", "Unsubscribe"]),
    row("ar", ["المصدر", "و", "للتواصل", "صادر عن", "روابط ذات صلة", "الوسائط", "تصوير", "الترخيص"],
        ["اقرأ على الموقع", "تصلك هذه الرسالة لأنك طلبت أخبار", "إلغاء الاشتراك"]),
    row("cs", ["ZDROJ", "a", "Kontakt", "Vydává", "Související odkazy", "Média", "Foto", "Licence"],
        ["Číst online", "Toto upozornění dostáváte, protože jste požádali o", "Odhlásit odběr"]),
    row("da", ["KILDE", "og", "Kontakt", "Udsendt af", "Relaterede links", "Medier", "Foto", "Licens"],
        ["Læs online", "Du får denne besked, fordi du har bedt om", "Afmeld"]),
    row("de", ["QUELLE", "und", "Kontakt", "Herausgegeben von", "Weiterführende Links", "Medien", "Bildnachweis", "Lizenz"],
        ["Online lesen", "Sie erhalten diese Meldung auf Ihren Wunsch zu", "Abbestellen"]),
    row("es", ["FUENTE", "y", "Contacto", "Emitido por", "Enlaces relacionados", "Multimedia", "Crédito", "Licencia"],
        ["Leer en línea", "Recibe esta alerta porque solicitó", "Cancelar la suscripción"]),
    row("fi", ["LÄHDE", "ja", "Yhteystiedot", "Julkaisija", "Aiheeseen liittyvät linkit", "Media", "Kuva", "Lisenssi"],
        ["Lue verkossa", "Saat tämän ilmoituksen, koska tilasit aiheen", "Peruuta tilaus"]),
    row("fr", ["SOURCE", "et", "Contact", "Publié par", "Liens connexes", "Médias", "Crédit", "Licence"],
        ["Lire en ligne", "Vous recevez cette alerte car vous avez demandé", "Se désabonner"]),
    row("id", ["SUMBER", "dan", "Kontak", "Diterbitkan oleh", "Tautan terkait", "Media", "Kredit", "Lisensi"],
        ["Baca daring", "Anda menerima pemberitahuan ini karena meminta", "Berhenti berlangganan"]),
    row("it", ["FONTE", "e", "Contatti", "Diffuso da", "Link correlati", "Media", "Crediti", "Licenza"],
        ["Leggi online", "Riceve questo avviso perché ha richiesto", "Annulla l’iscrizione"]),
    row("ja", ["発表元", "、", "お問い合わせ", "発行代行", "関連リンク", "メディア", "提供", "ライセンス"],
        ["ウェブで読む", "次の条件で配信をご希望いただいたためお送りしています", "配信停止"]),
    row("ko", ["출처", "및", "문의", "배포 대행", "관련 링크", "미디어", "제공", "라이선스"],
        ["온라인으로 읽기", "다음 조건의 알림을 요청하셨습니다", "구독 취소"]),
    row("nb", ["KILDE", "og", "Kontakt", "Utgitt av", "Relaterte lenker", "Medier", "Foto", "Lisens"],
        ["Les på nettet", "Du får dette varselet fordi du ba om", "Meld deg av"]),
    row("nl", ["BRON", "en", "Contact", "Uitgegeven door", "Gerelateerde links", "Media", "Foto", "Licentie"],
        ["Online lezen", "U ontvangt dit bericht omdat u vroeg om", "Afmelden"]),
    row("pl", ["ŹRÓDŁO", "i", "Kontakt", "Wydane przez", "Powiązane linki", "Multimedia", "Autor", "Licencja"],
        ["Czytaj online", "Otrzymujesz ten alert, ponieważ wybrano", "Wypisz się"]),
    row("pt", ["FONTE", "e", "Contato", "Divulgado por", "Links relacionados", "Mídia", "Crédito", "Licença"],
        ["Ler on-line", "Você recebe este alerta porque pediu", "Cancelar a inscrição"]),
    row("ru", ["ИСТОЧНИК", "и", "Контакты", "Распространяет", "Ссылки по теме", "Медиа", "Фото", "Лицензия"],
        ["Читать на сайте", "Вы получили это уведомление, так как запросили", "Отписаться"]),
    row("sk", ["ZDROJ", "a", "Kontakt", "Vydáva", "Súvisiace odkazy", "Médiá", "Foto", "Licencia"],
        ["Čítať online", "Toto upozornenie dostávate, pretože ste požiadali o", "Zrušiť odber"]),
    row("sv", ["KÄLLA", "och", "Kontakt", "Utgivet av", "Relaterade länkar", "Media", "Foto", "Licens"],
        ["Läs på webben", "Du får den här aviseringen eftersom du bad om", "Avsluta prenumerationen"]),
    row("tr", ["KAYNAK", "ve", "İletişim", "Yayımlayan", "İlgili bağlantılar", "Medya", "Fotoğraf", "Lisans"],
        ["Çevrim içi oku", "Bu uyarıyı şunu istediğiniz için alıyorsunuz", "Abonelikten çık"]),
    row("uk", ["ДЖЕРЕЛО", "та", "Контакти", "Поширює", "Посилання за темою", "Медіа", "Фото", "Ліцензія"],
        ["Читати онлайн", "Ви отримали це сповіщення, бо запитували", "Відписатися"]),
    row("vi", ["NGUỒN", "và", "Liên hệ", "Phát hành bởi", "Liên kết liên quan", "Hình ảnh và tài liệu", "Nguồn ảnh", "Giấy phép"],
        ["Đọc trực tuyến", "Quý vị nhận được thông báo này vì đã yêu cầu", "Hủy đăng ký"]),
    row("zh", ["来源", "和", "联系方式", "发布机构", "相关链接", "媒体", "图片来源", "许可"],
        ["在线阅读", "您收到此提醒是因为您订阅了", "取消订阅"]),
];

impl Phrases {
    /// The words for a language; English where the wire does not speak it.
    pub fn of(language: &LanguageTag) -> &'static Phrases {
        Phrases::of_primary(language.primary())
    }

    /// The words for a language by its primary subtag.
    pub(crate) fn of_primary(language: &str) -> &'static Phrases {
        // Norwegian is written as Bokmål unless it says otherwise.
        let language = if language == "no" { "nb" } else { language };
        let known = TABLE.iter().find(|phrases| phrases.language == language);
        known.unwrap_or(&TABLE[0])
    }

    /// Between the parts of a list, such as city and date.
    pub(crate) fn comma(&self) -> &'static str {
        match self.language {
            "ar" => "، ",
            "ja" | "zh" => "、",
            _ => ", ",
        }
    }

    /// Behind a word that heads others.
    pub(crate) fn colon(&self) -> &'static str {
        match self.language {
            "fr" => "\u{a0}: ",
            "ja" | "zh" => "：",
            _ => ": ",
        }
    }

    /// Names in a row: `A, B and C`.
    pub(crate) fn join(&self, names: &[String]) -> String {
        let [first @ .., last] = names else {
            return String::new();
        };
        if first.is_empty() {
            return last.clone();
        }
        let and = match self.language {
            "ja" | "zh" => self.and.to_owned(),
            "es" => format!(" {} ", spanish_and(last)),
            // The Arabic word is written together with the next one, if that is Arabic too.
            "ar" if last.starts_with(|c: char| matches!(c, '\u{600}'..='\u{6ff}')) => {
                format!(" {}", self.and)
            }
            _ => format!(" {} ", self.and),
        };
        format!("{}{and}{last}", first.join(self.comma()))
    }
}

/// `y`, but `e` before a word that begins with its sound.
fn spanish_and(next: &str) -> &'static str {
    let lower = next.to_lowercase();
    let sounds_alike =
        lower.starts_with(['i', 'í']) || lower.starts_with("hi") && !lower.starts_with("hie");
    if sounds_alike { "e" } else { "y" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_joined_as_each_language_does() {
        fn check(language: &str, names: &[&str], expect: &str) {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(Phrases::of_primary(language).join(&names), expect);
        }

        check("en", &["A", "B", "C"], "A, B and C");
        check("en", &["A"], "A");
        check("en", &[], "");
        check("es", &["Acme", "Iberia"], "Acme e Iberia");
        check("es", &["Acme", "Hierros"], "Acme y Hierros");
        check("ja", &["青嶺", "長野", "松本"], "青嶺、長野、松本");
        check("ar", &["نهار", "عمان"], "نهار وعمان");
        check("ar", &["Acme", "Bo"], "Acme و Bo");
        check("no", &["A", "B"], "A og B");
        check("ka", &["A", "B"], "A and B");
    }

    #[test]
    fn every_language_with_a_calendar_has_its_words() {
        for phrases in TABLE {
            assert!(
                crate::calendar::Names::of(phrases.language).is_some(),
                "{}",
                phrases.language
            );
        }
    }
}
