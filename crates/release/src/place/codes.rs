//! ISO 3166-1 alpha-2 and UN M.49 codes, and what people write instead of them.

/// Sorted: the 249 codes of ISO 3166-1.
pub(super) const COUNTRIES: [&str; 249] = [
    "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ",
    "BA", "BB", "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS",
    "BT", "BV", "BW", "BY", "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN",
    "CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE",
    "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK", "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF",
    "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY", "HK", "HM",
    "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM",
    "JO", "JP", "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC",
    "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK",
    "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA",
    "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA", "PE", "PF", "PG",
    "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS", "RU", "RW",
    "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS",
    "ST", "SV", "SX", "SY", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO",
    "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VI",
    "VN", "VU", "WF", "WS", "YE", "YT", "ZA", "ZM", "ZW",
];

/// Sorted: the geographical areas of UN M.49 that BCP 47 names too, from 001, the world, downwards.
pub(super) const AREAS: [&str; 31] = [
    "001", "002", "003", "005", "009", "011", "013", "014", "015", "017", "018", "019", "021",
    "029", "030", "034", "035", "039", "053", "054", "057", "061", "142", "143", "145", "150",
    "151", "154", "155", "202", "419",
];

/// Other codes and names in common use.
const MEANT: &[(&str, &str)] = &[
    ("UK", "GB"),
    ("ENGLAND", "GB-ENG"),
    ("SCOTLAND", "GB-SCT"),
    ("WALES", "GB-WLS"),
    ("GBR", "GB"),
    ("BRITAIN", "GB"),
    ("EL", "GR"),
    ("GRC", "GR"),
    ("GREECE", "GR"),
    ("USA", "US"),
    ("AMERICA", "US"),
    ("DEU", "DE"),
    ("GER", "DE"),
    ("GERMANY", "DE"),
    ("FRA", "FR"),
    ("FRANCE", "FR"),
    ("ITA", "IT"),
    ("ITALY", "IT"),
    ("ESP", "ES"),
    ("SPAIN", "ES"),
    ("AUT", "AT"),
    ("AUSTRIA", "AT"),
    ("CHE", "CH"),
    ("SUI", "CH"),
    ("SWITZERLAND", "CH"),
    ("NLD", "NL"),
    ("NED", "NL"),
    ("NETHERLANDS", "NL"),
    ("POL", "PL"),
    ("POLAND", "PL"),
    ("SWE", "SE"),
    ("SWEDEN", "SE"),
    ("PRT", "PT"),
    ("PORTUGAL", "PT"),
    ("IRL", "IE"),
    ("IRELAND", "IE"),
    ("CAN", "CA"),
    ("CANADA", "CA"),
    ("MEX", "MX"),
    ("MEXICO", "MX"),
    ("BRA", "BR"),
    ("BRAZIL", "BR"),
    ("ARG", "AR"),
    ("ARGENTINA", "AR"),
    ("JPN", "JP"),
    ("JAPAN", "JP"),
    ("CHN", "CN"),
    ("CHINA", "CN"),
    ("KOR", "KR"),
    ("KOREA", "KR"),
    ("IND", "IN"),
    ("INDIA", "IN"),
    ("AUS", "AU"),
    ("AUSTRALIA", "AU"),
    ("ZAF", "ZA"),
    ("RSA", "ZA"),
    ("TUR", "TR"),
    ("TURKEY", "TR"),
    ("RUS", "RU"),
    ("RUSSIA", "RU"),
    ("UKR", "UA"),
    ("UKRAINE", "UA"),
    ("ISR", "IL"),
    ("ISRAEL", "IL"),
    ("SAU", "SA"),
    ("ARE", "AE"),
    ("UAE", "AE"),
    ("SGP", "SG"),
    ("SINGAPORE", "SG"),
    ("HKG", "HK"),
    ("TWN", "TW"),
    ("TAIWAN", "TW"),
];

/// The code that an upper-case text was probably meant as, if it is a usual slip.
pub(super) fn meant_by(upper: &str) -> Option<&'static str> {
    let (_, code) = MEANT.iter().find(|(slip, _)| *slip == upper)?;
    Some(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Place;

    #[test]
    fn tables_are_sorted_and_mends_are_places() {
        assert!(COUNTRIES.is_sorted());
        assert!(AREAS.is_sorted());
        for (slip, code) in MEANT {
            assert!(
                Place::parse(code).is_ok() && Place::parse(slip).is_err(),
                "{slip}"
            );
        }
    }
}
