use super::*;
use crate::language::LanguageTag;
use crate::model::Lane;
use crate::place::Place;
use crate::subject::SubjectParts;
use crate::ticker::Ticker;
use crate::topic::TopicSlug;

/// A release on a mine in California, in German, with words of many languages.
fn subject() -> Subject {
    let slugs = ["lithium", "mining", "heavy-industry"];
    Subject::new(SubjectParts {
        topics: slugs.map(|slug| TopicSlug::parse(slug).unwrap()).into(),
        places: vec![Place::parse("US-CA").unwrap(), Place::parse("CH").unwrap()],
        language: LanguageTag::parse("de-AT").unwrap(),
        sources: ["acme".to_owned(), "acme-mining".to_owned()].into(),
        tickers: vec![
            Ticker::parse("NYSE: ACM").unwrap(),
            Ticker::parse("LIT").unwrap(),
        ],
        lane: Lane::Flash,
        headline: "Société Générale eröffnet größte Mine",
        subheadline: Some("Acme’s second mine"),
        summary: Some("Ein Überblick"),
        body: "Lithium für Batterien. 東京のロボット工学。 Новый ёж; ΟΔΥΣΣΕΥΣ; 삼성전자는 발표; ประเทศไทย; नई किताबें",
    })
}

#[track_caller]
fn check(filter: &str, expect: bool) {
    assert_eq!(
        matches(&Filter::parse(filter).unwrap(), &subject()),
        expect,
        "{filter}"
    );
}

#[test]
fn operators_combine() {
    check("everything", true);
    check("lithium AND mine", true);
    check("lithium mine", true);
    check("lithium gold", false);
    check("lithium OR gold", true);
    check("silver OR gold", false);
    check("lithium NOT gold", true);
    check("lithium NOT mine", false);
    check("everything NOT gold", true);
    check("everything NOT topic:mining", false);
    check("NOT NOT lithium", true);
    check("NOT (gold OR NOT lithium)", true);
    check("gold OR lithium NOT silver", true);
    check("(gold OR lithium) NOT mine", false);
    check("gold silver OR mine", true);
    check("gold (silver OR mine)", false);
}

#[test]
fn topics_match_with_their_ancestors() {
    check("topic:lithium", true);
    check("topic:heavy-industry", true);
    check("topic:gold", false);
}

#[test]
fn places_cover_their_parts() {
    check("geo:US", true);
    check("geo:US-CA", true);
    check("geo:US-NY", false);
    check("geo:CH", true);
    check("geo:CH-ZH", false);
    check("geo:DE", false);
}

#[test]
fn languages_cover_their_regions() {
    check("lang:de", true);
    check("lang:de-AT", true);
    check("lang:de-CH", false);
    check("lang:en", false);
    check("lang:*", true);
}

#[test]
fn sources_are_matched_whole() {
    check("source:acme", true);
    check("source:acme-mining", true);
    check("source:acme-min", false);
}

#[test]
fn tickers_match_on_their_exchange_or_any() {
    check("ticker:XNYS:ACM", true);
    check("ticker:NYSE:acm", true);
    check("ticker:ACM", true);
    check("ticker:XLON:ACM", false);
    check("ticker:LIT", true);
    check("ticker:XNYS:LIT", false);
}

#[test]
fn case_and_diacritics_do_not_matter() {
    check("SOCIETE", true);
    check("générale", true);
    check("GROSSTE", true);
    check("größte", true);
    check("uberblick", true);
    check("ЕЖ", true);
    check("οδυσσεύς", true);
    check("grosst", false);
}

#[test]
fn words_part_at_apostrophes() {
    check("acme", true);
    check("acme's", true);
    check("\"acme's second\"", true);
    check("acmes", false);
}

#[test]
fn phrases_are_words_in_a_row() {
    check("\"societe generale eroffnet\"", true);
    check("\"generale societe\"", false);
    check("\"societe eroffnet\"", false);
    check("\"Lithium, für: Batterien!\"", true);
}

#[test]
fn phrases_do_not_cross_the_parts() {
    check("\"mine acme\"", false);
    check("\"mine ein\"", false);
    check("\"uberblick lithium\"", false);
    check("mine acme", true);
}

#[test]
fn scripts_without_spaces_match_as_substrings() {
    check("東京", true);
    check("工学", true);
    check("京の", true);
    check("京都", false);
    check("ロボット", true);
    check("ロボ", false);
    check("ไทย", true);
    check("ไทร", false);
    check("किताबें", true);
    check("किताब", false);
}

#[test]
fn korean_words_are_matched_with_their_particles() {
    check("삼성전자는", true);
    check("삼성전자", true);
    check("삼성", false);
    check("삼성*", true);
    check("cs(삼성전자)", true);
}

#[test]
fn accents_are_wanted_where_they_are_typed() {
    check("generale", true);
    check("générale", true);
    check("genérale", false);
    check("groesste", true);
    check("für", true);
    check("fuer", true);
    check("fur", true);
    check("fúr", false);
    check("mïne", false);
}

#[test]
fn case_matters_where_that_is_asked() {
    check("cs(Mine)", true);
    check("cs(MINE)", false);
    check("cs(\"Société Générale\")", true);
    check("cs(\"societe generale\")", false);
    check("cs(Batt*)", true);
    check("cs(batt*)", false);
    check("cs(größte Mine)", true);
}

#[test]
fn beginnings_are_those_of_words() {
    check("batter*", true);
    check("batt* ", true);
    check("atterien*", false);
    check("\"für batt\"*", true);
    check("\"batt für\"*", false);
    check("größ*", true);
    check("gross*", true);
    check("groess*", true);
    check("東*", true);
}

#[test]
fn parts_of_the_text_are_told_apart() {
    check("title:mine", true);
    check("title:acme", true);
    check("title:uberblick", false);
    check("title:\"mine acme\"", false);
    check("lead:überblick", true);
    check("lead:lithium", false);
    check("body:lithium", true);
    check("body:mine", false);
    check("title:(lithium OR mine)", true);
    check("title:(acme NOT mine)", false);
}

#[test]
fn nearness_is_counted_in_words_between() {
    check("société NEAR/1 eröffnet", true);
    check("eröffnet NEAR/1 société", true);
    check("société ONEAR/1 eröffnet", true);
    check("eröffnet ONEAR/1 société", false);
    check("société NEAR/1 größte", false);
    check("société NEAR/2 größte", true);
    check("\"société générale\" NEAR/1 größte", true);
    check("\"générale eröffnet\" NEAR/50 eröffnet", false);
    check("mine NEAR/50 überblick", false);
    check("mine NEAR/50 acme", true);
    check("title:(lithium NEAR/9 batterien)", false);
    check("(gold OR lithium) NEAR/2 (batt* OR silver)", true);
    check("東 NEAR/1 の", true);
    check("mine NEAR/5 mine", false);
}

#[test]
fn places_are_counted() {
    check("atleast/2(mine)", true);
    check("atleast/3(mine)", false);
    check("atleast/3(mine OR lithium)", true);
    check("atleast/2(mine OR \"mine\")", true);
    check("atleast/3(mine OR min*)", false);
    check("title:(atleast/2(mine))", true);
    check("body:(atleast/2(mine))", false);
}

#[test]
fn the_first_words_are_counted_from_the_begin_of_the_part() {
    check("first/1(société)", true);
    check("first/1(générale)", false);
    check("first/5(mine)", true);
    check("first/4(mine)", false);
    check("first/6(acme)", true);
    check("first/1(body:lithium)", true);
    check("first/1(body:für)", false);
    check("first/2(\"société générale\")", true);
    check("first/1(\"société générale\")", false);
    check("first/10000(body:किताबें)", true);
}

#[test]
fn lanes_are_told_apart() {
    check("lane:flash", true);
    check("lane:regular", false);
}
