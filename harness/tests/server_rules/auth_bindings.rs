use winrm_harness::client::SequenceError;
use winrm_harness::pair::PairError;
use winrm_harness::server::CbtHardeningLevel;
use winrm_harness::server::Config;
use winrm_harness::tls::Channel;

use crate::auth_support::*;
use crate::support::*;

/// Which bindings a server takes at a level.
fn taken(level: CbtHardeningLevel, channel: &Channel) -> Vec<Bindings> {
    let taken = |bindings: &Bindings| {
        let mut world = World::new(Config { cbt_hardening_level: level, ..config() });
        let id = world.pair.connect_over(channel.clone());
        match world.log_on_bound(id, *bindings) {
            Ok(_) => true,
            Err(error) => {
                assert_eq!(error, PairError::Sequence(SequenceError::CredentialsRefused));
                assert_eq!(world.exchange(id, &post()).status.0, 401);
                false
            }
        }
    };
    Bindings::ALL.into_iter().filter(taken).collect()
}

#[test]
fn strict_takes_right_bindings_only_and_relaxed_takes_none_but_not_wrong_ones() {
    assert_eq!(taken(CbtHardeningLevel::Strict, &tls()), [Bindings::Right]);
    assert_eq!(taken(CbtHardeningLevel::Relaxed, &tls()), [Bindings::Absent, Bindings::Right]);
    assert_eq!(taken(CbtHardeningLevel::None, &tls()), Bindings::ALL);
}

#[test]
fn http_ignores_bindings_whatever_the_level() {
    for level in [CbtHardeningLevel::Strict, CbtHardeningLevel::Relaxed, CbtHardeningLevel::None] {
        assert_eq!(taken(level, &Channel::Clear), Bindings::ALL, "{level:?}");
    }
}

#[test]
fn a_put_of_the_level_counts_for_the_next_logon_and_is_told() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    for (level, told, is_taken) in [
        ("strict", "Strict", false),
        ("None", "None", true),
        ("Strict", "Strict", false),
        ("Relaxed", "Relaxed", true),
    ] {
        let body = format!("<Auth><CbtHardeningLevel>{level}</CbtHardeningLevel></Auth>");
        let uri = "http://schemas.microsoft.com/wbem/wsman/1/config/service/auth";
        let put = Ask::new(&format!("{TRANSFER}/Put")).uri(uri).body(&body);
        let answer = world.ask(&mut alice, &put);
        assert_eq!(answer.text_of("CbtHardeningLevel").as_deref(), Some(told), "{}", answer.text);
        let get = world.ask(&mut alice, &Ask::new(&format!("{TRANSFER}/Get")).uri(uri));
        assert_eq!(get.text_of("CbtHardeningLevel").as_deref(), Some(told));
        let id = world.pair.connect_over(tls());
        assert_eq!(world.log_on_bound(id, Bindings::Absent).is_ok(), is_taken, "{level}");
    }
}
