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
    /// Names the link to what matched.
    pub why: &'static str,
    /// Why several items come in one mail: one an hour, a day, a week, or too many within the hour.
    digests: [&'static str; 4],
    /// Heads releases of other stories that say the same.
    pub also: &'static str,
    /// Of such a release, that its figures differ.
    pub other_figures: &'static str,
}

/// A row of the table, in the order of the fields.
const fn row(
    language: &'static str,
    words: [&'static str; 8],
    alert: [&'static str; 4],
    digests: [&'static str; 4],
    alike: [&'static str; 2],
) -> Phrases {
    let [source, and, contact, agent, links, media, credit, licence] = words;
    let [read_online, because, unsubscribe, why] = alert;
    let [also, other_figures] = alike;
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
        why,
        digests,
        also,
        other_figures,
    }
}

/// English first, which stands in for languages that are not here.
#[rustfmt::skip]
const TABLE: &[Phrases] = &[
    row("en", ["SOURCE", "and", "Contact", "Issued by", "Related links", "Media", "Credit", "License"],
        ["Read online", "You get this alert because you asked for", "Unsubscribe", "See what matched"],
        ["Your hourly digest.", "Your daily digest.", "Your weekly digest.", "There were many alerts within the hour: those that followed come together in this mail."],
        ["Also published as", "with other figures"]),
    row("ar", ["المصدر", "و", "للتواصل", "صادر عن", "روابط ذات صلة", "الوسائط", "تصوير", "الترخيص"],
        ["اقرأ على الموقع", "تصلك هذه الرسالة لأنك طلبت أخبار", "إلغاء الاشتراك", "اعرض ما طابق طلبك"],
        ["ملخص الساعة.", "ملخصك اليومي.", "ملخصك الأسبوعي.", "وصلت تنبيهات كثيرة خلال ساعة، وما تلاها مجموع في هذه الرسالة."],
        ["نُشر أيضًا بعنوان", "بأرقام مختلفة"]),
    row("cs", ["ZDROJ", "a", "Kontakt", "Vydává", "Související odkazy", "Média", "Foto", "Licence"],
        ["Číst online", "Toto upozornění dostáváte, protože jste požádali o", "Odhlásit odběr", "Zobrazit shody"],
        ["Hodinový souhrn.", "Denní souhrn.", "Týdenní souhrn.", "Během hodiny bylo mnoho upozornění: další přicházejí společně v této zprávě."],
        ["Vyšlo také jako", "s jinými čísly"]),
    row("da", ["KILDE", "og", "Kontakt", "Udsendt af", "Relaterede links", "Medier", "Foto", "Licens"],
        ["Læs online", "Du får denne besked, fordi du har bedt om", "Afmeld", "Se, hvad der matchede"],
        ["Timeoversigt.", "Daglig oversigt.", "Ugentlig oversigt.", "Der var mange beskeder inden for en time: de følgende kommer samlet i denne mail."],
        ["Også udgivet som", "med andre tal"]),
    row("de", ["QUELLE", "und", "Kontakt", "Herausgegeben von", "Weiterführende Links", "Medien", "Bildnachweis", "Lizenz"],
        ["Online lesen", "Sie erhalten diese Meldung auf Ihren Wunsch zu", "Abbestellen", "Treffer anzeigen"],
        ["Stündliche Übersicht.", "Tägliche Übersicht.", "Wöchentliche Übersicht.", "Es gab viele Meldungen innerhalb einer Stunde: die weiteren kommen gesammelt in dieser Mail."],
        ["Auch veröffentlicht als", "mit anderen Zahlen"]),
    row("es", ["FUENTE", "y", "Contacto", "Emitido por", "Enlaces relacionados", "Multimedia", "Crédito", "Licencia"],
        ["Leer en línea", "Recibe esta alerta porque solicitó", "Cancelar la suscripción", "Ver qué coincidió"],
        ["Resumen de la hora.", "Resumen diario.", "Resumen semanal.", "Hubo muchos avisos en una hora: los siguientes vienen juntos en este correo."],
        ["También publicado como", "con otras cifras"]),
    row("fi", ["LÄHDE", "ja", "Yhteystiedot", "Julkaisija", "Aiheeseen liittyvät linkit", "Media", "Kuva", "Lisenssi"],
        ["Lue verkossa", "Saat tämän ilmoituksen, koska tilasit aiheen", "Peruuta tilaus", "Näytä osumat"],
        ["Tunnin kooste.", "Päivän kooste.", "Viikon kooste.", "Ilmoituksia tuli tunnissa paljon: seuraavat on koottu tähän viestiin."],
        ["Julkaistu myös otsikolla", "eri luvuin"]),
    row("fr", ["SOURCE", "et", "Contact", "Publié par", "Liens connexes", "Médias", "Crédit", "Licence"],
        ["Lire en ligne", "Vous recevez cette alerte car vous avez demandé", "Se désabonner", "Voir ce qui correspond"],
        ["Résumé de l’heure.", "Résumé quotidien.", "Résumé hebdomadaire.", "Il y a eu beaucoup d’alertes en une heure\u{a0}: les suivantes sont réunies dans ce message."],
        ["Également publié sous le titre", "avec d’autres chiffres"]),
    row("id", ["SUMBER", "dan", "Kontak", "Diterbitkan oleh", "Tautan terkait", "Media", "Kredit", "Lisensi"],
        ["Baca daring", "Anda menerima pemberitahuan ini karena meminta", "Berhenti berlangganan", "Lihat yang cocok"],
        ["Ringkasan per jam.", "Ringkasan harian.", "Ringkasan mingguan.", "Ada banyak pemberitahuan dalam satu jam: yang berikutnya dikumpulkan dalam surel ini."],
        ["Juga diterbitkan sebagai", "dengan angka lain"]),
    row("it", ["FONTE", "e", "Contatti", "Diffuso da", "Link correlati", "Media", "Crediti", "Licenza"],
        ["Leggi online", "Riceve questo avviso perché ha richiesto", "Annulla l’iscrizione", "Vedi che cosa corrisponde"],
        ["Riepilogo dell’ora.", "Riepilogo quotidiano.", "Riepilogo settimanale.", "Ci sono stati molti avvisi in un’ora: i successivi sono riuniti in questo messaggio."],
        ["Pubblicato anche come", "con altre cifre"]),
    row("ja", ["発表元", "、", "お問い合わせ", "発行代行", "関連リンク", "メディア", "提供", "ライセンス"],
        ["ウェブで読む", "次の条件で配信をご希望いただいたためお送りしています", "配信停止", "一致した箇所を見る"],
        ["1時間ごとのまとめです。", "1日のまとめです。", "1週間のまとめです。", "1時間に多くの配信がありました。以降の分をこのメールにまとめてお届けします。"],
        ["次の見出しでも発表", "数値が異なります"]),
    row("ko", ["출처", "및", "문의", "배포 대행", "관련 링크", "미디어", "제공", "라이선스"],
        ["온라인으로 읽기", "다음 조건의 알림을 요청하셨습니다", "구독 취소", "일치한 부분 보기"],
        ["시간별 요약입니다.", "일일 요약입니다.", "주간 요약입니다.", "한 시간 동안 알림이 많아, 이후의 알림을 이 메일에 모았습니다."],
        ["다음 제목으로도 배포됨", "수치가 다름"]),
    row("nb", ["KILDE", "og", "Kontakt", "Utgitt av", "Relaterte lenker", "Medier", "Foto", "Lisens"],
        ["Les på nettet", "Du får dette varselet fordi du ba om", "Meld deg av", "Vis treff"],
        ["Timesoversikt.", "Daglig oversikt.", "Ukentlig oversikt.", "Det var mange varsler i løpet av en time: de neste kommer samlet i denne e-posten."],
        ["Også publisert som", "med andre tall"]),
    row("nl", ["BRON", "en", "Contact", "Uitgegeven door", "Gerelateerde links", "Media", "Foto", "Licentie"],
        ["Online lezen", "U ontvangt dit bericht omdat u vroeg om", "Afmelden", "Bekijk wat overeenkwam"],
        ["Overzicht per uur.", "Dagelijks overzicht.", "Wekelijks overzicht.", "Er waren veel berichten binnen een uur: de volgende komen samen in deze mail."],
        ["Ook verschenen als", "met andere cijfers"]),
    row("pl", ["ŹRÓDŁO", "i", "Kontakt", "Wydane przez", "Powiązane linki", "Multimedia", "Autor", "Licencja"],
        ["Czytaj online", "Otrzymujesz ten alert, ponieważ wybrano", "Wypisz się", "Pokaż dopasowania"],
        ["Podsumowanie godziny.", "Podsumowanie dnia.", "Podsumowanie tygodnia.", "W ciągu godziny było wiele alertów: kolejne zebraliśmy w tej wiadomości."],
        ["Opublikowano także jako", "z innymi liczbami"]),
    row("pt", ["FONTE", "e", "Contato", "Divulgado por", "Links relacionados", "Mídia", "Crédito", "Licença"],
        ["Ler on-line", "Você recebe este alerta porque pediu", "Cancelar a inscrição", "Ver o que correspondeu"],
        ["Resumo da hora.", "Resumo diário.", "Resumo semanal.", "Houve muitos alertas em uma hora: os seguintes vêm juntos neste e-mail."],
        ["Também publicado como", "com outros números"]),
    row("ru", ["ИСТОЧНИК", "и", "Контакты", "Распространяет", "Ссылки по теме", "Медиа", "Фото", "Лицензия"],
        ["Читать на сайте", "Вы получили это уведомление, так как запросили", "Отписаться", "Показать совпадения"],
        ["Сводка за час.", "Сводка за день.", "Сводка за неделю.", "За час было много уведомлений: следующие собраны в этом письме."],
        ["Опубликовано также под заголовком", "с другими цифрами"]),
    row("sk", ["ZDROJ", "a", "Kontakt", "Vydáva", "Súvisiace odkazy", "Médiá", "Foto", "Licencia"],
        ["Čítať online", "Toto upozornenie dostávate, pretože ste požiadali o", "Zrušiť odber", "Zobraziť zhody"],
        ["Hodinový súhrn.", "Denný súhrn.", "Týždenný súhrn.", "Počas hodiny bolo veľa upozornení: ďalšie prichádzajú spolu v tejto správe."],
        ["Vyšlo aj ako", "s inými číslami"]),
    row("sv", ["KÄLLA", "och", "Kontakt", "Utgivet av", "Relaterade länkar", "Media", "Foto", "Licens"],
        ["Läs på webben", "Du får den här aviseringen eftersom du bad om", "Avsluta prenumerationen", "Visa träffar"],
        ["Timöversikt.", "Daglig översikt.", "Veckoöversikt.", "Det var många aviseringar inom en timme: de följande kommer samlade i det här mejlet."],
        ["Även publicerat som", "med andra siffror"]),
    row("tr", ["KAYNAK", "ve", "İletişim", "Yayımlayan", "İlgili bağlantılar", "Medya", "Fotoğraf", "Lisans"],
        ["Çevrim içi oku", "Bu uyarıyı şunu istediğiniz için alıyorsunuz", "Abonelikten çık", "Eşleşenleri göster"],
        ["Saatlik özet.", "Günlük özet.", "Haftalık özet.", "Bir saat içinde çok sayıda uyarı oldu: sonrakiler bu e-postada bir arada."],
        ["Şu başlıkla da yayımlandı", "farklı rakamlarla"]),
    row("uk", ["ДЖЕРЕЛО", "та", "Контакти", "Поширює", "Посилання за темою", "Медіа", "Фото", "Ліцензія"],
        ["Читати онлайн", "Ви отримали це сповіщення, бо запитували", "Відписатися", "Показати збіги"],
        ["Огляд за годину.", "Огляд за день.", "Огляд за тиждень.", "За годину було багато сповіщень: наступні зібрано в цьому листі."],
        ["Опубліковано також під заголовком", "з іншими цифрами"]),
    row("vi", ["NGUỒN", "và", "Liên hệ", "Phát hành bởi", "Liên kết liên quan", "Hình ảnh và tài liệu", "Nguồn ảnh", "Giấy phép"],
        ["Đọc trực tuyến", "Quý vị nhận được thông báo này vì đã yêu cầu", "Hủy đăng ký", "Xem phần trùng khớp"],
        ["Bản tin tổng hợp theo giờ.", "Bản tin tổng hợp hằng ngày.", "Bản tin tổng hợp hằng tuần.", "Trong một giờ đã có nhiều thông báo: những thông báo tiếp theo được gộp trong thư này."],
        ["Cũng được đăng với tiêu đề", "với số liệu khác"]),
    row("zh", ["来源", "和", "联系方式", "发布机构", "相关链接", "媒体", "图片来源", "许可"],
        ["在线阅读", "您收到此提醒是因为您订阅了", "取消订阅", "查看匹配内容"],
        ["每小时摘要。", "每日摘要。", "每周摘要。", "一小时内提醒较多：之后的提醒汇总在此邮件中。"],
        ["另以下列标题发布", "数字不同"]),
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

    /// What these words are in, for HTML's `lang`.
    pub fn language(&self) -> &'static str {
        self.language
    }

    /// As HTML's `dir` has it.
    pub fn direction(&self) -> &'static str {
        match self.language {
            "ar" => "rtl",
            _ => "ltr",
        }
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
    pub fn colon(&self) -> &'static str {
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
