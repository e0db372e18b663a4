//! Tokens that are known by their prefix and the characters after it.

use super::plain::{before, between, skip, skip_most};
use std::ops::Range;

/// The characters of a token after its prefix.
#[derive(Clone, Copy, Debug)]
enum Body {
    /// Capitals and digits.
    Capitals,
    /// Letters and digits.
    Plain,
    /// Letters, digits, `_` and `-`.
    Dashed,
    /// Letters, digits, `_`, `-`, `.` and `=`.
    Dotted,
    /// The same and `+`, `/`.
    Base64,
    /// Letters, digits, `-` and `:`.
    Scoped,
    /// Letters, digits and `$`.
    Dollar,
    /// Hexadecimal digits.
    Hex,
}

/// A form of tokens.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) prefix: &'static str,
    body: Body,
    /// The fewest characters after the prefix.
    least: usize,
}

const fn shape(prefix: &'static str, body: Body, least: usize) -> Shape {
    Shape { prefix, body, least }
}

use Body::{Base64, Capitals, Dashed, Dollar, Dotted, Hex, Plain, Scoped};

/// The prefixes of tokens as their issuers document them.
pub(super) static SHAPES: &[Shape] = &[
    // Clouds.
    shape("AKIA", Capitals, 16),
    shape("amzn.mws.", Dashed, 30),
    shape("amzn1.oa2-cs.v1.", Hex, 40),
    shape("Atza|", Dashed, 60),
    shape("ASIA", Capitals, 16),
    shape("ABIA", Capitals, 16),
    shape("ACCA", Capitals, 16),
    shape("ABSK", Base64, 40),
    shape("bedrock-api-key-", Base64, 20),
    shape("AIza", Dashed, 30),
    shape("ya29.", Dotted, 20),
    shape("1//0", Dashed, 30),
    shape("GOCSPX-", Dashed, 20),
    shape("LTAI", Plain, 16),
    shape("AKID", Plain, 24),
    shape("dop_v1_", Hex, 32),
    shape("doo_v1_", Hex, 32),
    shape("dor_v1_", Hex, 32),
    shape("DO00", Capitals, 16),
    shape("HRKU-", Dashed, 30),
    shape("fo1_", Dashed, 40),
    shape("fm2_", Base64, 40),
    shape("v1.0-", Dashed, 60),
    shape("tfc-", Dotted, 40),
    shape("pul-", Hex, 32),
    shape("scw_", Dashed, 20),
    shape("t1.", Dotted, 60),
    // Hosts of code and packages.
    shape("ghp_", Plain, 20),
    shape("gho_", Plain, 20),
    shape("ghu_", Plain, 20),
    shape("ghs_", Dotted, 20),
    shape("ghr_", Plain, 20),
    shape("github_pat_", Dashed, 20),
    shape("glpat-", Dotted, 16),
    shape("gldt-", Dashed, 16),
    shape("glrt-", Dotted, 16),
    shape("glcbt-", Dashed, 16),
    shape("glptt-", Dashed, 16),
    shape("glft-", Dashed, 16),
    shape("glimt-", Dashed, 16),
    shape("glagent-", Dashed, 16),
    shape("gloas-", Dashed, 16),
    shape("glsoat-", Dashed, 16),
    shape("glffct-", Dashed, 16),
    shape("GR1348941", Dashed, 16),
    shape("ATBB", Plain, 24),
    shape("ATCTT3xFfG", Dotted, 20),
    shape("ATATT3xFfG", Dotted, 20),
    shape("npm_", Plain, 20),
    shape("pypi-", Dashed, 40),
    shape("rubygems_", Hex, 32),
    shape("oy2", Plain, 40),
    shape("CLOJARS_", Plain, 40),
    shape("cio", Plain, 32),
    shape("dckr_pat_", Dashed, 16),
    shape("dckr_oat_", Dashed, 16),
    shape("AKCp", Plain, 50),
    shape("cmVmd", Plain, 50),
    shape("sgp_", Dashed, 32),
    shape("squ_", Hex, 32),
    shape("sqp_", Hex, 32),
    shape("sqa_", Hex, 32),
    shape("snyk_", Dashed, 24),
    shape("CFPAT-", Dashed, 30),
    shape("lin_api_", Plain, 30),
    shape("lin_oauth_", Hex, 40),
    shape("figu_", Dashed, 30),
    shape("nfp_", Plain, 30),
    shape("nfc_", Plain, 30),
    shape("vercel_blob_rw_", Dashed, 40),
    shape("vcp_", Plain, 50),
    shape("rdme_", Plain, 60),
    shape("prtapi_", Hex, 40),
    shape("PMAT-", Capitals, 26),
    shape("BBDC-", Base64, 40),
    shape("glwt-", Dashed, 16),
    shape("figd_", Dashed, 30),
    shape("ntn_", Plain, 30),
    shape("secret_", Plain, 40),
    shape("PMAK-", Dashed, 40),
    // Chats and mail.
    shape("xoxb-", Dashed, 10),
    shape("xoxp-", Dashed, 10),
    shape("xoxa-", Dashed, 10),
    shape("xoxr-", Dashed, 10),
    shape("xoxs-", Dashed, 10),
    shape("xoxo-", Dashed, 10),
    shape("xoxc-", Dashed, 10),
    shape("xoxd-", Base64, 10),
    shape("xoxe-", Dashed, 10),
    shape("xoxe.", Dotted, 10),
    shape("xapp-", Dashed, 10),
    shape("xwfp-", Dashed, 10),
    shape("SG.", Dotted, 40),
    shape("xkeysib-", Dashed, 40),
    shape("xsmtpsib-", Dashed, 40),
    shape("mfa.", Dashed, 80),
    shape("key-", Hex, 32),
    shape("SK", Hex, 32),
    shape("AC", Hex, 32),
    // Payments.
    shape("sk_live_", Plain, 10),
    shape("sk_test_", Plain, 10),
    shape("rk_live_", Plain, 10),
    shape("rk_test_", Plain, 10),
    shape("sk_prod_", Plain, 10),
    shape("whsec_", Base64, 16),
    shape("sq0atp-", Dashed, 20),
    shape("sq0csp-", Dashed, 20),
    shape("EAAA", Dashed, 50),
    shape("sq0csb-", Dashed, 30),
    shape("sandbox-sq0csb-", Dashed, 30),
    shape("rzp_live_", Plain, 14),
    shape("FLWSECK-", Dashed, 32),
    shape("FLWSECK_TEST-", Dashed, 32),
    shape("shippo_live_", Hex, 40),
    shape("duffel_live_", Dashed, 40),
    shape("shptka_", Hex, 24),
    shape("EZAK", Plain, 54),
    shape("EZTK", Plain, 54),
    shape("access_token$production$", Dollar, 40),
    shape("shpat_", Hex, 24),
    shape("shpca_", Hex, 24),
    shape("shppa_", Hex, 24),
    shape("shpss_", Hex, 24),
    shape("access-production-", Dashed, 30),
    // Models.
    shape("sk-", Dashed, 20),
    shape("hf_", Plain, 20),
    shape("api_org_", Plain, 20),
    shape("r8_", Plain, 30),
    shape("gsk_", Plain, 30),
    shape("pplx-", Plain, 30),
    shape("xai-", Plain, 40),
    shape("nvapi-", Dashed, 40),
    shape("lsv2_pt_", Dashed, 40),
    shape("lsv2_sk_", Dashed, 40),
    shape("tvly-", Dashed, 24),
    shape("phx_", Plain, 30),
    shape("tgp_v1_", Dashed, 30),
    shape("e2b_", Hex, 40),
    // Operations.
    shape("hvs.", Dashed, 20),
    shape("s.", Plain, 24),
    shape("hvb.", Dashed, 20),
    shape("hvr.", Dashed, 20),
    shape("dapi", Hex, 32),
    shape("glsa_", Dashed, 30),
    shape("glc_", Base64, 32),
    shape("NRAK-", Plain, 20),
    shape("NRII-", Dashed, 20),
    shape("sntrys_", Base64, 20),
    shape("sntryu_", Hex, 32),
    shape("dt0c01.", Dotted, 40),
    shape("dp.pt.", Plain, 30),
    shape("pscale_", Dotted, 24),
    shape("sha256~", Dashed, 30),
    shape("AGE-SECRET-KEY-1", Capitals, 40),
    shape("ops_eyJ", Base64, 40),
    shape("tskey-", Dashed, 20),
    shape("SWMTKN-1-", Dashed, 40),
    shape("SWMKEY-1-", Base64, 40),
    shape("kubeconfig-u-", Scoped, 40),
    shape("kubeconfig-user-", Scoped, 40),
    shape("sbp_", Hex, 40),
    shape("sb_secret_", Dashed, 20),
    shape("dp.st.", Dotted, 30),
    shape("dp.ct.", Dotted, 30),
    shape("dp.sa.", Dotted, 30),
    shape("dp.scim.", Dotted, 30),
    shape("dp.audit.", Dotted, 30),
    shape("NRRA-", Hex, 40),
    shape("NRIQ-", Dashed, 24),
    shape("NRJS-", Hex, 19),
    shape("ngrok_", Plain, 30),
    shape("CCIPAT_", Dashed, 40),
    shape("bkua_", Hex, 32),
    shape("ory_at_", Dotted, 40),
    shape("ory_st_", Plain, 30),
    shape("AGE-SECRET-KEY-PQ-1", Capitals, 40),
    shape("st.", Dotted, 80),
    shape("eyJ", Base64, 17),
];

impl Shape {
    /// Returns the token at a position.
    pub(super) fn token(&self, text: &str, start: usize) -> Option<Range<usize>> {
        let body = start + self.prefix.len();
        // Triggers are found in any case; prefixes have one.
        if before(text, start).is_ascii_alphanumeric() || between(text, start, body) != self.prefix {
            return None;
        }
        let fits = |byte| self.body.has(byte);
        let near = skip_most(text, body, self.least + 32, fits);
        let is_drawn =
            between(text, body, near).bytes().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
        (near - body >= self.least && is_drawn).then(|| start..skip(text, near, fits))
    }
}

impl Body {
    fn has(self, byte: u8) -> bool {
        match self {
            Capitals => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Plain => byte.is_ascii_alphanumeric(),
            Dashed => byte.is_ascii_alphanumeric() || b"_-".contains(&byte),
            Dotted => byte.is_ascii_alphanumeric() || b"_-.=".contains(&byte),
            Base64 => byte.is_ascii_alphanumeric() || b"_-.=+/".contains(&byte),
            Scoped => byte.is_ascii_alphanumeric() || b"-:".contains(&byte),
            Dollar => byte.is_ascii_alphanumeric() || byte == b'$',
            Hex => byte.is_ascii_hexdigit(),
        }
    }
}
