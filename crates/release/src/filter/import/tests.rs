use super::*;
use proptest::prelude::*;

#[track_caller]
fn check(dialect: Dialect, query: &str, expect: &str, translated: usize, lost: usize) {
    let imported = import(dialect, query);
    let filter = imported
        .filter
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    assert_eq!(
        (
            filter.as_str(),
            imported.translated.len(),
            imported.lost.len()
        ),
        (expect, translated, lost),
        "{query}: {imported:#?}"
    );
}

#[test]
fn meltwater_queries_are_translated() {
    let check = |query: &str, expect: &str, translated, lost| {
        check(Dialect::Meltwater, query, expect, translated, lost);
    };

    check("Apple AND watch", "Apple AND watch", 0, 0);
    check(
        "Apple NOT \"apple juice\"",
        "Apple AND NOT \"apple juice\"",
        0,
        0,
    );
    check("apple near/10 watch", "apple NEAR/10 watch", 1, 0);
    check("apple NEAR watch", "apple NEAR/4 watch", 1, 0);
    check("apple ONEAR/10 watch", "apple ONEAR/10 watch", 0, 0);
    check("President NEAR/100 Trump", "President NEAR/50 Trump", 1, 1);
    check(
        "shop* NEAR/3 (center OR centers)",
        "shop* NEAR/3 (center OR centers)",
        0,
        0,
    );
    check(
        "title:(apple OR watch) or ingress:\"big apple\"",
        "title:apple OR title:watch OR lead:\"big apple\"",
        1,
        0,
    );
    check("(a AND b) NEAR/5 c", "a AND b AND c", 0, 1);
    check("apple AND language:english", "apple AND lang:en", 1, 0);
    check("apple AND sourceName:times", "apple", 0, 1);
    check("d*c* AND apple", "apple", 0, 1);
    check("wom?n AND apple", "wom* AND apple", 0, 1);
    check("NOT apple", "", 0, 1);
    check("", "", 0, 1);
    check("(apple", "apple", 0, 1);
    check("apple)", "apple", 0, 1);
}

#[test]
fn factiva_queries_are_translated() {
    let check = |query: &str, expect: &str, translated, lost| {
        check(Dialect::Factiva, query, expect, translated, lost);
    };

    check(
        "bill clinton or gore and george bush",
        "\"bill clinton\" OR gore AND \"george bush\"",
        0,
        0,
    );
    check("World Cup adj5 rugby", "\"World Cup\" ONEAR/4 rugby", 1, 0);
    check("president w/2 bush", "president ONEAR/1 bush", 1, 0);
    check("president adj bush", "\"president bush\"", 1, 0);
    check(
        "carrefour near5 retail sales",
        "carrefour NEAR/4 \"retail sales\"",
        1,
        0,
    );
    check(
        "boeing 747 /N30/ british airways",
        "\"boeing 747\" NEAR/29 \"british airways\"",
        1,
        0,
    );
    check("gold near1 mine", "\"gold mine\" OR \"mine gold\"", 1, 0);
    check("toyota/F50/", "first/50(toyota)", 1, 0);
    check("atleast5 microsoft", "atleast/5(microsoft)", 1, 0);
    check(
        "hd=europe and hlp=(gold or tin)",
        "title:europe AND (title:gold OR title:tin OR lead:gold OR lead:tin)",
        2,
        0,
    );
    check(
        "vodafone same telecommunications",
        "vodafone NEAR/50 telecommunications",
        1,
        1,
    );
    check("engineer$3 not la=de", "engineer* AND NOT lang:de", 1, 1);
    check("re=usa and co=abc and gold", "geo:US AND gold", 1, 1);
    check("gold and wc=1000", "gold", 0, 1);
}

#[test]
fn cision_queries_are_translated() {
    let check = |query: &str, expect: &str, translated, lost| {
        check(Dialect::Cision, query, expect, translated, lost);
    };

    check("apple w/5 watch", "apple NEAR/5 watch", 1, 0);
    check(
        "cs(\"Apple\") AND headline(watch)",
        "cs(Apple) AND title:watch",
        1,
        0,
    );
    check(
        "cs(Apple OR PEAR) w/3 watch",
        "(cs(Apple) OR cs(PEAR)) NEAR/3 watch",
        1,
        0,
    );
    check("gold ANDNOT tin", "gold AND NOT tin", 0, 0);
}

#[test]
fn notes_stand_where_they_belong() {
    let imported = import(Dialect::Meltwater, "gold AND source:times");

    assert_eq!(imported.lost[0].at, 9);
    assert_eq!(imported.lost[0].text, "source:times");
    assert!(imported.lost[0].says.starts_with("left out"));
}

proptest! {
    #[test]
    fn any_query_is_answered(
        pieces in prop::collection::vec(prop_oneof![
            prop::sample::select(vec![
                "a", "gold*", "*", "$", "b?c", "(", ")", "[", "\"", "AND", "or", "not", "NEAR/5", "adj", "w/0", "/N3/", "near99999999999",
                "hd=", "title:", "cs(", "headline(", "x/F5/", "/F/", "atleast3", "atleast/2", "same", "la=", "re=(", " ", " ", " ", "東京", "=", ":",
            ]).prop_map(str::to_owned),
            ".{0,4}",
        ], 0..16),
        dialect in prop::sample::select(Dialect::ALL.to_vec()),
    ) {
        let query = pieces.concat();

        let imported = import(dialect, &query);

        prop_assert!(imported.filter.is_some() || !imported.lost.is_empty());
        for note in imported.translated.iter().chain(&imported.lost) {
            prop_assert!(query.is_char_boundary(note.at));
        }
    }
}
