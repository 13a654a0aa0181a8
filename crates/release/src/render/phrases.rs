//! The few words that the wire itself adds to a release or an alert, in the languages it speaks.

use crate::frequency::Gathered;
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
    /// Why several items come in one mail: one an hour, a day, a week, or too many within the hour.
    digests: [&'static str; 4],
}

/// A row of the table, in the order of the fields.
const fn row(
    language: &'static str,
    words: [&'static str; 8],
    alert: [&'static str; 3],
    digests: [&'static str; 4],
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
        digests,
    }
}

/// English first, which stands in for languages that are not here.
#[rustfmt::skip]
const TABLE: &[Phrases] = &[
    row("en", ["SOURCE", "and", "Contact", "Issued by", "Related links", "Media", "Credit", "License"],
        ["Read online", "You get this alert because you asked for", "Unsubscribe"],
        ["Your hourly digest.", "Your daily digest.", "Your weekly digest.", "There were many alerts within the hour: those that followed come together in this mail."]),
    row("ar", ["المصدر", "و", "للتواصل", "صادر عن", "روابط ذات صلة", "الوسائط", "تصوير", "الترخيص"],
        ["اقرأ على الموقع", "تصلك هذه الرسالة لأنك طلبت أخبار", "إلغاء الاشتراك"],
        ["ملخص الساعة.", "ملخصك اليومي.", "ملخصك الأسبوعي.", "وصلت تنبيهات كثيرة خلال ساعة، وما تلاها مجموع في هذه الرسالة."]),
    row("cs", ["ZDROJ", "a", "Kontakt", "Vydává", "Související odkazy", "Média", "Foto", "Licence"],
        ["Číst online", "Toto upozornění dostáváte, protože jste požádali o", "Odhlásit odběr"],
        ["Hodinový souhrn.", "Denní souhrn.", "Týdenní souhrn.", "Během hodiny bylo mnoho upozornění: další přicházejí společně v této zprávě."]),
    row("da", ["KILDE", "og", "Kontakt", "Udsendt af", "Relaterede links", "Medier", "Foto", "Licens"],
        ["Læs online", "Du får denne besked, fordi du har bedt om", "Afmeld"],
        ["Timeoversigt.", "Daglig oversigt.", "Ugentlig oversigt.", "Der var mange beskeder inden for en time: de følgende kommer samlet i denne mail."]),
    row("de", ["QUELLE", "und", "Kontakt", "Herausgegeben von", "Weiterführende Links", "Medien", "Bildnachweis", "Lizenz"],
        ["Online lesen", "Sie erhalten diese Meldung auf Ihren Wunsch zu", "Abbestellen"],
        ["Stündliche Übersicht.", "Tägliche Übersicht.", "Wöchentliche Übersicht.", "Es gab viele Meldungen innerhalb einer Stunde: die weiteren kommen gesammelt in dieser Mail."]),
    row("es", ["FUENTE", "y", "Contacto", "Emitido por", "Enlaces relacionados", "Multimedia", "Crédito", "Licencia"],
        ["Leer en línea", "Recibe esta alerta porque solicitó", "Cancelar la suscripción"],
        ["Resumen de la hora.", "Resumen diario.", "Resumen semanal.", "Hubo muchos avisos en una hora: los siguientes vienen juntos en este correo."]),
    row("fi", ["LÄHDE", "ja", "Yhteystiedot", "Julkaisija", "Aiheeseen liittyvät linkit", "Media", "Kuva", "Lisenssi"],
        ["Lue verkossa", "Saat tämän ilmoituksen, koska tilasit aiheen", "Peruuta tilaus"],
        ["Tunnin kooste.", "Päivän kooste.", "Viikon kooste.", "Ilmoituksia tuli tunnissa paljon: seuraavat on koottu tähän viestiin."]),
    row("fr", ["SOURCE", "et", "Contact", "Publié par", "Liens connexes", "Médias", "Crédit", "Licence"],
        ["Lire en ligne", "Vous recevez cette alerte car vous avez demandé", "Se désabonner"],
        ["Résumé de l’heure.", "Résumé quotidien.", "Résumé hebdomadaire.", "Il y a eu beaucoup d’alertes en une heure\u{a0}: les suivantes sont réunies dans ce message."]),
    row("id", ["SUMBER", "dan", "Kontak", "Diterbitkan oleh", "Tautan terkait", "Media", "Kredit", "Lisensi"],
        ["Baca daring", "Anda menerima pemberitahuan ini karena meminta", "Berhenti berlangganan"],
        ["Ringkasan per jam.", "Ringkasan harian.", "Ringkasan mingguan.", "Ada banyak pemberitahuan dalam satu jam: yang berikutnya dikumpulkan dalam surel ini."]),
    row("it", ["FONTE", "e", "Contatti", "Diffuso da", "Link correlati", "Media", "Crediti", "Licenza"],
        ["Leggi online", "Riceve questo avviso perché ha richiesto", "Annulla l’iscrizione"],
        ["Riepilogo dell’ora.", "Riepilogo quotidiano.", "Riepilogo settimanale.", "Ci sono stati molti avvisi in un’ora: i successivi sono riuniti in questo messaggio."]),
    row("ja", ["発表元", "、", "お問い合わせ", "発行代行", "関連リンク", "メディア", "提供", "ライセンス"],
        ["ウェブで読む", "次の条件で配信をご希望いただいたためお送りしています", "配信停止"],
        ["1時間ごとのまとめです。", "1日のまとめです。", "1週間のまとめです。", "1時間に多くの配信がありました。以降の分をこのメールにまとめてお届けします。"]),
    row("ko", ["출처", "및", "문의", "배포 대행", "관련 링크", "미디어", "제공", "라이선스"],
        ["온라인으로 읽기", "다음 조건의 알림을 요청하셨습니다", "구독 취소"],
        ["시간별 요약입니다.", "일일 요약입니다.", "주간 요약입니다.", "한 시간 동안 알림이 많아, 이후의 알림을 이 메일에 모았습니다."]),
    row("nb", ["KILDE", "og", "Kontakt", "Utgitt av", "Relaterte lenker", "Medier", "Foto", "Lisens"],
        ["Les på nettet", "Du får dette varselet fordi du ba om", "Meld deg av"],
        ["Timesoversikt.", "Daglig oversikt.", "Ukentlig oversikt.", "Det var mange varsler i løpet av en time: de neste kommer samlet i denne e-posten."]),
    row("nl", ["BRON", "en", "Contact", "Uitgegeven door", "Gerelateerde links", "Media", "Foto", "Licentie"],
        ["Online lezen", "U ontvangt dit bericht omdat u vroeg om", "Afmelden"],
        ["Overzicht per uur.", "Dagelijks overzicht.", "Wekelijks overzicht.", "Er waren veel berichten binnen een uur: de volgende komen samen in deze mail."]),
    row("pl", ["ŹRÓDŁO", "i", "Kontakt", "Wydane przez", "Powiązane linki", "Multimedia", "Autor", "Licencja"],
        ["Czytaj online", "Otrzymujesz ten alert, ponieważ wybrano", "Wypisz się"],
        ["Podsumowanie godziny.", "Podsumowanie dnia.", "Podsumowanie tygodnia.", "W ciągu godziny było wiele alertów: kolejne zebraliśmy w tej wiadomości."]),
    row("pt", ["FONTE", "e", "Contato", "Divulgado por", "Links relacionados", "Mídia", "Crédito", "Licença"],
        ["Ler on-line", "Você recebe este alerta porque pediu", "Cancelar a inscrição"],
        ["Resumo da hora.", "Resumo diário.", "Resumo semanal.", "Houve muitos alertas em uma hora: os seguintes vêm juntos neste e-mail."]),
    row("ru", ["ИСТОЧНИК", "и", "Контакты", "Распространяет", "Ссылки по теме", "Медиа", "Фото", "Лицензия"],
        ["Читать на сайте", "Вы получили это уведомление, так как запросили", "Отписаться"],
        ["Сводка за час.", "Сводка за день.", "Сводка за неделю.", "За час было много уведомлений: следующие собраны в этом письме."]),
    row("sk", ["ZDROJ", "a", "Kontakt", "Vydáva", "Súvisiace odkazy", "Médiá", "Foto", "Licencia"],
        ["Čítať online", "Toto upozornenie dostávate, pretože ste požiadali o", "Zrušiť odber"],
        ["Hodinový súhrn.", "Denný súhrn.", "Týždenný súhrn.", "Počas hodiny bolo veľa upozornení: ďalšie prichádzajú spolu v tejto správe."]),
    row("sv", ["KÄLLA", "och", "Kontakt", "Utgivet av", "Relaterade länkar", "Media", "Foto", "Licens"],
        ["Läs på webben", "Du får den här aviseringen eftersom du bad om", "Avsluta prenumerationen"],
        ["Timöversikt.", "Daglig översikt.", "Veckoöversikt.", "Det var många aviseringar inom en timme: de följande kommer samlade i det här mejlet."]),
    row("tr", ["KAYNAK", "ve", "İletişim", "Yayımlayan", "İlgili bağlantılar", "Medya", "Fotoğraf", "Lisans"],
        ["Çevrim içi oku", "Bu uyarıyı şunu istediğiniz için alıyorsunuz", "Abonelikten çık"],
        ["Saatlik özet.", "Günlük özet.", "Haftalık özet.", "Bir saat içinde çok sayıda uyarı oldu: sonrakiler bu e-postada bir arada."]),
    row("uk", ["ДЖЕРЕЛО", "та", "Контакти", "Поширює", "Посилання за темою", "Медіа", "Фото", "Ліцензія"],
        ["Читати онлайн", "Ви отримали це сповіщення, бо запитували", "Відписатися"],
        ["Огляд за годину.", "Огляд за день.", "Огляд за тиждень.", "За годину було багато сповіщень: наступні зібрано в цьому листі."]),
    row("vi", ["NGUỒN", "và", "Liên hệ", "Phát hành bởi", "Liên kết liên quan", "Hình ảnh và tài liệu", "Nguồn ảnh", "Giấy phép"],
        ["Đọc trực tuyến", "Quý vị nhận được thông báo này vì đã yêu cầu", "Hủy đăng ký"],
        ["Bản tin tổng hợp theo giờ.", "Bản tin tổng hợp hằng ngày.", "Bản tin tổng hợp hằng tuần.", "Trong một giờ đã có nhiều thông báo: những thông báo tiếp theo được gộp trong thư này."]),
    row("zh", ["来源", "和", "联系方式", "发布机构", "相关链接", "媒体", "图片来源", "许可"],
        ["在线阅读", "您收到此提醒是因为您订阅了", "取消订阅"],
        ["每小时摘要。", "每日摘要。", "每周摘要。", "一小时内提醒较多：之后的提醒汇总在此邮件中。"]),
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

    /// Why several items come in one mail.
    pub(crate) fn gathered(&self, why: Gathered) -> &'static str {
        let [hourly, daily, weekly, flood] = self.digests;
        match why {
            Gathered::Hourly => hourly,
            Gathered::Daily => daily,
            Gathered::Weekly => weekly,
            Gathered::Flood => flood,
        }
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
