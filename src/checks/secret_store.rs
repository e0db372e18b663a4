//! Refusals of external secret stores in the kubelet's messages about volumes: the Secrets Store CSI driver passes on the
//! answer of the store.

use crate::text::{Fact, Message, Text};

static AZURE: Text = Text {
    en: "key vault {store} {answer} {secret}",
    zh_tw: "金鑰保存庫 {store} {answer} {secret}",
    zh_cn: "密钥保管库 {store} {answer} {secret}",
};
static AWS: Text = Text {
    en: "AWS Secrets Manager {answer} {secret}",
    zh_tw: "AWS Secrets Manager {answer} {secret}",
    zh_cn: "AWS Secrets Manager {answer} {secret}",
};
static GOOGLE: Text = Text {
    en: "Google Secret Manager {answer} {secret}",
    zh_tw: "Google Secret Manager {answer} {secret}",
    zh_cn: "Google Secret Manager {answer} {secret}",
};
static VAULT: Text = Text {
    en: "Vault at {store} {answer} {secret}",
    zh_tw: "位於 {store} 的 Vault {answer} {secret}",
    zh_cn: "位于 {store} 的 Vault {answer} {secret}",
};
static FORBIDS: Text = Text {
    en: "forbids (403) reading secret",
    zh_tw: "拒絕（403）讀取 secret",
    zh_cn: "拒绝（403）读取 secret",
};
static LACKS: Text =
    Text { en: "has no secret (404)", zh_tw: "沒有（404）secret", zh_cn: "没有（404）secret" };

/// The part of the address of an Azure key vault after its name.
const AZURE_HOST: &str = ".vault.azure.net";

/// Words of stores that refuse a secret.
const FORBIDDEN: [&str; 6] =
    ["403", "AccessDenied", "Forbidden", "PermissionDenied", "is not authorized to", "permission denied"];

/// Words of stores that do not have a secret.
const MISSING: [&str; 4] = ["404", "ResourceNotFoundException", "SecretNotFound", "code = NotFound"];

/// Returns which store refuses which secret, if a message of the kubelet says so.
pub(crate) fn refusal(message: &str) -> Option<Message> {
    let has = |words: &[&str]| words.iter().any(|word| message.contains(word));
    let answer = match (has(&FORBIDDEN), has(&MISSING)) {
        (true, _) => &FORBIDS,
        (false, true) => &LACKS,
        (false, false) => return None,
    };
    let (text, store, secret) = store(message)?;
    let facts =
        vec![("store", Fact::text(store)), ("answer", Fact::Words(answer)), ("secret", Fact::text(secret))];
    Some(Message::new(text, facts))
}

/// Returns the store that a message names, and the secret.
fn store(message: &str) -> Option<(&'static Text, &str, &str)> {
    if let Some((before, after)) = message.split_once(AZURE_HOST) {
        let vault = before.rsplit("//").next()?;
        let path = after.split([' ', '?', '"', ',']).next()?;
        let secret = path.split('/').nth(2).filter(|name| !name.is_empty());
        return Some((&AZURE, vault, secret.or_else(|| word_after(message, "objectName:"))?));
    }
    if let Some(vault) = word_after(message, "key vault '") {
        return Some((&AZURE, vault, word_after(message, "objectName:")?));
    }
    if message.contains("secretsmanager:") || message.contains("Failed to fetch secret from all regions") {
        let secret = word_after(message, "on resource: ").or_else(|| word_after(message, "granted for: "));
        return Some((&AWS, "", secret?));
    }
    if message.contains("secretmanager.versions.access") || message.contains("secretmanager.googleapis.com") {
        return Some((&GOOGLE, "", word_after(message, "/secrets/")?));
    }
    let (_, address) = message.split_once("URL: ")?;
    let (host, path) = address.split_once("://")?.1.split_once("/v1/")?;
    Some((&VAULT, host, path.split_whitespace().next()?))
}

/// Returns the name after some words.
fn word_after<'m>(message: &'m str, words: &str) -> Option<&'m str> {
    let (_, rest) = message.split_once(words)?;
    let word = rest.split([' ', ',', ';', '\'', '"', '/', '\n']).next()?;
    (!word.is_empty()).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_are_told_with_the_secret_that_they_refuse() {
        for (message, told) in [
            (
                "failed to mount objects, error: failed to get objectType:secret, objectName:db-pass, objectVersion:: GET \
                 https://kv-prod.vault.azure.net/secrets/db-pass/ RESPONSE 403: 403 Forbidden ERROR CODE: Forbidden",
                "key vault kv-prod forbids (403) reading secret db-pass",
            ),
            (
                "objectName:db-pass, error: keyvault.BaseClient#GetSecret: StatusCode=403 -- Original Error: Code=\"Forbidden\" \
                 Message=\"… does not have secrets get permission on key vault 'kv-prod;location=eastus'\"",
                "key vault kv-prod forbids (403) reading secret db-pass",
            ),
            (
                "GET https://kv-prod.vault.azure.net/secrets/db-pass/?api-version=7.4 RESPONSE 404: 404 Not Found ERROR CODE: \
                 SecretNotFound",
                "key vault kv-prod has no secret (404) db-pass",
            ),
            (
                "AccessDeniedException: User: arn:aws:sts::1:assumed-role/x is not authorized to perform: \
                 secretsmanager:GetSecretValue on resource: db-pass because no identity-based policy allows it",
                "AWS Secrets Manager forbids (403) reading secret db-pass",
            ),
            (
                "rpc error: code = PermissionDenied desc = Permission 'secretmanager.versions.access' denied for resource \
                 'projects/p/secrets/db-pass/versions/latest' (or it may not exist).",
                "Google Secret Manager forbids (403) reading secret db-pass",
            ),
            (
                "Error making API request. URL: GET http://vault.vault:8200/v1/secret/data/db-pass Code: 403. Errors: * \
                 permission denied",
                "Vault at vault.vault:8200 forbids (403) reading secret secret/data/db-pass",
            ),
        ] {
            assert_eq!(
                refusal(message).map(|message| message.to_string()).as_deref(),
                Some(told),
                "{message}"
            );
        }
    }

    #[test]
    fn other_errors_name_no_store() {
        for message in
            ["mount failed: exit status 32", "https://kv.vault.azure.net/secrets/x timed out", "403"]
        {
            assert_eq!(refusal(message), None, "{message}");
        }
    }
}
