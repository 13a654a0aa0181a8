use super::*;

fn slug(text: &str) -> TopicSlug {
    TopicSlug::parse(text).unwrap()
}

fn strs(slugs: &[TopicSlug]) -> Vec<&str> {
    slugs.iter().map(TopicSlug::as_str).collect()
}

#[test]
fn builtin_taxonomy_is_sound_and_complete() {
    let taxonomy = Taxonomy::builtin();
    let count = |kind| taxonomy.iter().filter(|topic| topic.kind == kind).count();

    assert_eq!(TopicKind::ALL.map(count), [5, 16, 196]);
    for topic in taxonomy.iter() {
        assert!(
            topic.name.trim() == topic.name && topic.slug.as_str().len() <= 50,
            "{topic:?}"
        );
        // Section > industry > subject, with nothing skipped.
        for parent in &topic.parents {
            let above = taxonomy.get(parent).unwrap().kind as usize;
            assert_eq!(above + 1, topic.kind as usize, "{topic:?}");
        }
    }
}

#[test]
fn texts_resolve_by_slug_name_and_alias() {
    let check = |text: &str, expect: Option<&str>| {
        let got = Taxonomy::builtin()
            .resolve(text)
            .map(|topic| topic.slug.as_str());
        assert_eq!(got, expect, "{text}");
    };

    check("artificial-intelligence", Some("artificial-intelligence"));
    check("Artificial-Intelligence", Some("artificial-intelligence"));
    check(
        "  ARTIFICIAL   intelligence ",
        Some("artificial-intelligence"),
    );
    check("ai", Some("artificial-intelligence"));
    check("Aerospace, Defense", Some("aerospace-defense"));
    check("Aerospace & Defense", Some("aerospace-defense"));
    check("Computer Electronics", Some("computer-electronics"));
    check("Computer & Electronics", Some("computer-electronics"));
    check("U.S. State Policy", Some("us-state-policy"));
    check("artifical-inteligence", None);
    check("", None);
}

#[test]
fn a_name_on_two_levels_means_the_wider() {
    let check = |name: &str, wide: &str, narrow: &str| {
        assert_eq!(
            Taxonomy::builtin().resolve(name).unwrap().slug.as_str(),
            wide
        );
        assert_eq!(Taxonomy::builtin().get(&slug(narrow)).unwrap().name, name);
    };

    check("Travel", "travel", "travel-transportation");
    check(
        "Policy & Public Interest",
        "policy-public-interest",
        "public-interest",
    );
    check("People & Culture", "people-culture", "people-communities");
}

#[test]
fn every_slug_and_alias_resolves_to_its_topic() {
    for topic in Taxonomy::builtin().iter() {
        let texts =
            std::iter::once(topic.slug.as_str()).chain(topic.aliases.iter().map(String::as_str));
        for text in texts {
            assert_eq!(Taxonomy::builtin().resolve(text), Some(topic), "{text}");
        }
        let namesake = Taxonomy::builtin().resolve(&topic.name).unwrap();
        assert!(
            namesake.name == topic.name && namesake.kind <= topic.kind,
            "{topic:?}"
        );
    }
}

#[test]
fn ancestors_follow_all_parents_once() {
    let check = |of: &str, expect: &[&str]| {
        assert_eq!(
            strs(&Taxonomy::builtin().ancestors(&slug(of))),
            expect,
            "{of}"
        );
    };

    check("business-money", &[]);
    check("nowhere", &[]);
    check(
        "entertainment-media",
        &["business-money", "lifestyle-health"],
    );
    check(
        "music",
        &["entertainment-media", "business-money", "lifestyle-health"],
    );
    // Both industries of "Earnings" stand under one section.
    check(
        "earnings",
        &[
            "financial-services-investing",
            "general-business",
            "business-money",
        ],
    );
    check(
        "outdoors-camping-hiking",
        &["sports", "travel", "lifestyle-health"],
    );
}

#[test]
fn descendants_and_children_follow_file_order() {
    let taxonomy = Taxonomy::builtin();
    let children: Vec<_> = taxonomy
        .children(&slug("lifestyle-health"))
        .iter()
        .map(|topic| topic.slug.as_str())
        .collect();

    assert_eq!(
        children,
        [
            "consumer-products-retail",
            "entertainment-media",
            "health",
            "sports",
            "travel"
        ]
    );
    assert_eq!(taxonomy.descendants(&slug("people-culture")).len(), 14);
    assert_eq!(taxonomy.descendants(&slug("music")), []);
    assert!(taxonomy.children(&slug("nowhere")).is_empty());
}

#[test]
fn ancestors_and_descendants_mirror_each_other() {
    let taxonomy = Taxonomy::builtin();

    for topic in taxonomy.iter() {
        for above in taxonomy.ancestors(&topic.slug) {
            assert!(
                taxonomy.descendants(&above).contains(&topic.slug),
                "{above} lacks {}",
                topic.slug
            );
        }
        for below in taxonomy.descendants(&topic.slug) {
            assert!(
                taxonomy.ancestors(&below).contains(&topic.slug),
                "{below} lacks {}",
                topic.slug
            );
        }
    }
}

#[test]
fn nearest_finds_what_was_meant() {
    let check = |text: &str, expect: &str| {
        let found = Taxonomy::builtin().nearest(text, 3);
        let found: Vec<_> = found.iter().map(|topic| topic.slug.as_str()).collect();
        assert_eq!(found.first(), Some(&expect), "{text}: {found:?}");
        assert!(found.len() <= 3);
    };

    check("artifical-inteligence", "artificial-intelligence");
    check("AI", "artificial-intelligence");
    check("esg", "environmental-social-governance");
    check("M&A", "acquisitions-mergers-takeovers");
    check("mergers", "acquisitions-mergers-takeovers");
    check("minning", "mining");
    check("metals and mining", "mining-metals");
    check("semi-conductor", "semiconductors");
    check("Helth", "health");
    check("pharma", "pharmaceuticals");
    check("recall", "product-recalls");
    check("aerospace", "aerospace-defense");
    check("internet of things", "cloud-computing-internet-of-things");
    check("agricultural", "agriculture");
    check("film", "film-motion-picture");
    check("earnigns", "earnings");
}

#[test]
fn nearest_offers_nothing_for_nonsense() {
    for text in [
        "",
        "---",
        "zzqqxxyy",
        "株式会社",
        "lorem ipsum dolor sit amet",
    ] {
        let found = Taxonomy::builtin().nearest(text, 5);
        assert!(found.is_empty(), "{text}: {found:?}");
    }
}

#[test]
fn nearest_gives_no_more_than_asked() {
    assert_eq!(Taxonomy::builtin().nearest("mining", 0).len(), 0);
    assert_eq!(Taxonomy::builtin().nearest("mining", 2).len(), 2);
}

#[test]
fn files_that_are_no_taxonomy_are_refused_with_the_mend() {
    let node = |slug: &str, kind: &str, parents: &str| {
        format!(r#"{{"slug":"{slug}","name":"{slug}","kind":"{kind}","parents":[{parents}]}}"#)
    };
    let check = |nodes: &[String], expect: &str| {
        let error = Taxonomy::from_json(&format!("[{}]", nodes.join(",")))
            .unwrap_err()
            .to_string();
        assert!(error.contains(expect), "{error}");
    };
    let top = node("top", "section", "");

    check(&[], "no topics; add a section");
    check(&["1".into()], "not a taxonomy: invalid type");
    check(
        &[node("Top", "section", "")],
        "topic slug \"Top\" holds 'T'",
    );
    check(&[node("top", "galaxy", "")], "unknown variant `galaxy`");
    check(
        &[r#"{"slug":"a","name":"a","kind":"section","parent":[]}"#.into()],
        "unknown field `parent`",
    );
    check(
        &[r#"{"slug":"a","name":" ","kind":"section"}"#.into()],
        "`a` has an empty name",
    );
    check(&[top.clone(), top.clone()], "`top` is there twice; merge");
    check(
        &[top.clone(), node("a", "subject", "\"up\"")],
        "`a` names the unknown parent `up`; add",
    );
    check(
        &[top.clone(), node("a", "subject", "")],
        "subject `a` has no parent; name",
    );
    check(
        &[top.clone(), node("a", "industry", "")],
        "industry `a` has no parent; name",
    );
    check(
        &[top.clone(), node("b", "section", "\"top\"")],
        "section `b` has the parent `top`",
    );
    check(
        &[top.clone(), node("a", "subject", "\"top\",\"top\"")],
        "`a` names the parent `top` twice",
    );
    check(
        &[
            top.clone(),
            node("s", "subject", "\"top\""),
            node("i", "industry", "\"s\""),
        ],
        "industry `i` stands under the subject `s`, which is narrower",
    );
    check(
        &[top.clone(), node("a", "subject", "\"a\"")],
        "`a` under `a`; remove one",
    );
    check(
        &[
            top.clone(),
            node("tail", "subject", "\"a\",\"top\""),
            node("a", "subject", "\"top\",\"b\""),
            node("b", "subject", "\"c\""),
            node("c", "subject", "\"a\""),
        ],
        "`a` under `b` under `c` under `a`; remove one",
    );
    check(
        &[
            top,
            r#"{"slug":"b","name":"B","kind":"section","aliases":["TOP"]}"#.into(),
        ],
        "alias \"TOP\" of topic `b` already means `top`; remove",
    );
}

#[test]
fn a_taxonomy_survives_writing_and_reading() {
    let topics: Vec<&Topic> = Taxonomy::builtin().iter().collect();

    let again = Taxonomy::from_json(&serde_json::to_string(&topics).unwrap()).unwrap();

    assert_eq!(again.iter().collect::<Vec<_>>(), topics);
}

#[test]
fn an_operators_file_may_go_deeper_and_come_in_any_order() {
    let taxonomy = Taxonomy::from_json(
        r#"[{"slug":"rail-freight","name":"Rail freight","kind":"subject","parents":["rail"]},
            {"slug":"rail","name":"Rail","kind":"subject","parents":["transport"]},
            {"slug":"transport","name":"Transport","kind":"section"}]"#,
    )
    .unwrap();

    assert_eq!(
        strs(&taxonomy.ancestors(&slug("rail-freight"))),
        ["rail", "transport"]
    );
    assert_eq!(
        strs(&taxonomy.descendants(&slug("transport"))),
        ["rail", "rail-freight"]
    );
}

#[test]
fn whatever_resolves_has_neighbours() {
    let taxonomy = Taxonomy::builtin();

    for topic in taxonomy.iter() {
        for text in [topic.slug.as_str(), &topic.name] {
            let near = taxonomy.nearest(text, 3);
            assert_eq!(
                near.first().map(|found| &found.name),
                Some(&topic.name),
                "{text}"
            );
        }
    }
}

#[test]
fn foreign_text_of_any_length_is_taken() {
    for text in [
        "\u{0}",
        "\u{1F4F0}\u{200D}",
        "الصحة",
        "ﬁlm",
        &"mining ".repeat(10_000),
        &"é".repeat(10_000),
    ] {
        assert!(Taxonomy::builtin().nearest(text, 4).len() <= 4);
    }
}
