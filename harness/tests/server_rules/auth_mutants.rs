//! What the mutants of authentication do that no other server does.

use std::fmt::Write;

use winrm_harness::encryption::Form;
use winrm_harness::encryption::Protocol;
use winrm_harness::server::CbtHardeningLevel;
use winrm_harness::server::Config;
use winrm_harness::server::Mutant;

use crate::auth_support::*;
use crate::support::*;

/// What the server lets who in.
pub(crate) fn probe(mutant: Option<Mutant>, log: &mut String) {
    let config = Config { mutant, ..config() };
    for level in [CbtHardeningLevel::Strict, CbtHardeningLevel::Relaxed] {
        for bindings in Bindings::ALL {
            let mut world = World::new(Config { cbt_hardening_level: level, ..config.clone() });
            let id = world.pair.connect_over(tls());
            writeln!(log, "{level:?} {bindings:?} {}", world.log_on_bound(id, bindings).is_ok()).unwrap();
        }
    }
    let mut world = World::new(config.clone());
    let id = world.pair.connect();
    let request = plain(IDENTIFY).with_header("Authorization", basic("alice", "alice-password"));
    writeln!(log, "basic {}", world.exchange(id, &request).status.0).unwrap();
    seals(&mut world, log);
    writeln!(log, "tickets {:?}", crate::auth_kerberos::probe(&config)).unwrap();
    writeln!(log, "old CredSSP {}", crate::auth_credssp::probe(&config)).unwrap();
    writeln!(log, "certificate {}", crate::auth_certificate::probe(&config)).unwrap();
    writeln!(log, "hop {}", hop(&config)).unwrap();
    let mut world = World::new(Config { negotiate: false, ..config });
    let id = world.pair.connect();
    writeln!(log, "NTLM {}", world.log_on_bound(id, Bindings::Absent).is_ok()).unwrap();
}

/// What a second hop after NTLM would take along.
fn hop(config: &Config) -> &'static str {
    let mut world = World::new(config.clone());
    let mut alice = world.log_on("alice");
    for ask in [create(SHELL_ID), command(COMMAND_ID, "hop http://localhost")] {
        let request = sealed(&mut alice, &ask);
        world.exchange(alice.id, &request);
    }
    world.pair.server.take_errands().first().map_or("no hop", |errand| errand.delegation.kind())
}

fn seals(world: &mut World, log: &mut String) {
    for name in ["carol", "alice"] {
        let (mut here, there) = (world.log_on("alice"), world.log_on(name));
        let request = sealed(&mut here, &create_with("", ""));
        let status = world.pair.exchange(there.id, &request).map(|response| response.status.0);
        writeln!(log, "keys of another: {status:?} {} shells", world.shells()).unwrap();
    }
    let mut alice = world.log_on("alice");
    let mut message = alice.session.seal(create_with("", "").text().into_bytes()).unwrap();
    message.protocol = Protocol::Kerberos;
    let response = world.exchange(alice.id, &alice.session.sealed_request(&message, Form::default()));
    writeln!(log, "Kerberos' protocol {} {} shells", response.status.0, world.shells()).unwrap();
}
