//! Every length is sealed and opened, and no address or branch may come from a secret.

use core::ops::RangeInclusive;

use anyhow::{Result, ensure};
use fastrand::Rng;

use crate::cipher::{Case, Cipher, bytes};
use crate::instruction::Decision;
use crate::module::Module;
use crate::report::{Planted, Report, Site, sites};
use crate::value::Origins;

const TEXT_LENS: RangeInclusive<usize> = 0..=300;
const AAD_LENS: [usize; 4] = [0, 16, 20, 200];

/// Fails unless exactly that one branch depends on a secret which has to: whether a tag is right.
pub(crate) fn analyze(module: &Module) -> Result<Report> {
    let mut random = Rng::with_seed(14);
    let mut cipher = Cipher::new(module)?;
    let keys = [16, 32].map(|len| bytes(&mut random, len));

    keys.iter().try_for_each(|key| seal_all(&mut cipher, key, &mut random))?;
    let leaks = leaks(&cipher);
    ensure!(leaks.is_empty(), "sealing depends on secrets at these places:\n{}", list(&leaks));

    keys.iter().try_for_each(|key| open_all(&mut cipher, key, &mut random))?;
    let permitted = only_decision(&cipher)?;
    let planted = planted_leaks(module, &mut random)?;
    Ok(Report::new(&cipher.machine, permitted, planted))
}

fn seal_all(cipher: &mut Cipher<'_>, key: &[u8], random: &mut Rng) -> Result<()> {
    cipher.set_key(key)?;
    all_cases(key, random).try_for_each(|case| {
        cipher.seal("seal", &case)?;
        cipher.seal_once(key, &case)
    })
}

fn open_all(cipher: &mut Cipher<'_>, key: &[u8], random: &mut Rng) -> Result<()> {
    cipher.set_key(key)?;
    all_cases(key, random).try_for_each(|case| {
        cipher.refuse(&case)?;
        cipher.open(&case)
    })
}

fn all_cases(key: &[u8], random: &mut Rng) -> impl Iterator<Item = Case> {
    let lens = TEXT_LENS.flat_map(|text_len| AAD_LENS.map(|aad_len| (text_len, aad_len)));
    lens.map(|(text_len, aad_len)| Case::new(key, aad_len, text_len, random))
}

fn leaks(cipher: &Cipher<'_>) -> Vec<Site> {
    sites(&cipher.machine).filter(|site| site.origins.is_secret()).collect()
}

fn list(sites: &[Site]) -> String {
    sites.iter().map(|site| format!("{site}\n")).collect()
}

/// Returns the branch on whether a tag is right, which everybody learns: the only leak.
fn only_decision(cipher: &Cipher<'_>) -> Result<Site> {
    let mut leaks = leaks(cipher);
    ensure!(
        leaks.len() == 1,
        "opening must depend on a secret in one place, the verdict on the tag; found:\n{}",
        list(&leaks)
    );
    let site = leaks.remove(0);
    let is_decision = site.decision == Decision::Branch && site.origins.has(Origins::TAG);
    ensure!(is_decision, "opening depends on a secret, and not by the verdict on the tag: {site}");
    Ok(site)
}

/// Finds the leaks that were planted, which proves that leaks are found.
fn planted_leaks(module: &Module, random: &mut Rng) -> Result<Vec<Planted>> {
    let planted = [("seal_by_table", Decision::Access), ("seal_with_branch", Decision::Branch)];
    let found = planted.map(|(export, decision)| {
        let mut cipher = Cipher::new(module)?;
        let key = bytes(random, 16);
        cipher.set_key(&key)?;
        cipher.seal(export, &Case::new(&key, 20, 40, random))?;
        let mut leaks = leaks(&cipher);
        leaks.retain(|site| site.decision == decision);
        ensure!(!leaks.is_empty(), "the leak planted in {export} was not found");
        Ok(Planted { export, leaks })
    });
    found.into_iter().collect()
}
