//! What the second hop may take along, and how long.

use winrm_harness::auth::Delegation;
use winrm_harness::auth::kerberos::TicketFlags;
use winrm_harness::auth::policy::ClientPolicy;
use winrm_harness::auth::policy::Scheme;
use winrm_harness::client::Collected;
use winrm_harness::client::Handover;
use winrm_harness::client::Logon;
use winrm_harness::client::LogonGiven;
use winrm_harness::client::Reply;
use winrm_harness::client::RunningCommand;
use winrm_harness::limits::HOP_TEXT_CHARS_MAX;
use winrm_harness::limits::HOPS_MAX;
use winrm_harness::pair::Pair;
use winrm_harness::server::Moment;
use winrm_harness::server::Unmet;

use crate::kerberos;
use crate::wire::Wire;
use crate::wire::config;

const HOP: &str = "hop http://third.localhost:1/wsman";
const HOP_HERE: &str = "hop http://localhost:1/wsman";

/// Alice, who logged on by a ticket and forwarded one if `delegate`.
fn by_ticket(delegate: bool) -> Wire {
    let mut pair = Pair::new(kerberos::server());
    let connection = pair.connect();
    let logon = kerberos::logon(Scheme::Kerberos).under(ClientPolicy { delegate, ..ClientPolicy::default() });
    let forwarded = Some(kerberos::ticket("krbtgt/EXAMPLE.TEST"));
    let given = LogonGiven { forwarded, ..kerberos::given(kerberos::ticket("HTTP/reference")) };
    let session = pair.log_on_as(connection, &logon, given).unwrap();
    Wire { pair, connection, session, exchanges: 0 }
}

fn start(wire: &mut Wire, command: &str) -> RunningCommand {
    let shell = wire.open_shell(1_000);
    wire.start(shell, command)
}

fn exit_code(collected: &Collected) -> Option<u32> {
    collected.exit_code.map(|code| code.0)
}

#[test]
fn sec_36_a_hop_takes_what_was_delegated_and_nothing_else() {
    let taken = |mut wire: Wire| {
        let _running = start(&mut wire, HOP_HERE);
        let mut errands = wire.pair.server.take_errands();
        assert_eq!(errands.len(), 1);
        assert_eq!(wire.pair.server.take_errands().len(), 0, "handed out twice");
        let errand = errands.remove(0);
        assert_eq!(errand.target.to_string(), "http://localhost:1/wsman");
        errand.delegation
    };
    assert_eq!(taken(Wire::new(config())), Delegation::None);
    assert_eq!(taken(by_ticket(false)), Delegation::None);
    let Delegation::Ticket(ticket) = taken(by_ticket(true)) else { panic!("no ticket") };
    assert_eq!(ticket.server.components, ["krbtgt", "EXAMPLE.TEST"]);
    assert_eq!(ticket.client.components, ["alice"]);
}

#[test]
fn what_came_of_a_hop_is_what_its_command_says() {
    for (outcome, stdout, stderr, code) in [
        (Ok("third\\alice\r\n".to_owned()), "third\\alice\r\n", "", 0),
        (Err(Unmet::Denied { why: "no".to_owned() }), "", "access is denied: no\r\n", 5),
        (Err(Unmet::Unreachable { why: "no".to_owned() }), "", "the host can't be reached: no\r\n", 53),
    ] {
        let mut wire = Wire::new(config());
        let running = start(&mut wire, HOP_HERE);
        let id = wire.pair.server.take_errands()[0].id;
        wire.pair.server.errand_done(id, outcome, Moment::default());
        let (_, collected) = wire.finish(running);
        assert_eq!(String::from_utf8_lossy(&collected.stdout), stdout);
        assert_eq!(String::from_utf8_lossy(&collected.stderr), stderr);
        assert_eq!(exit_code(&collected), Some(code));
    }
}

#[test]
fn a_delegated_credential_ends_with_its_connection_and_not_with_its_shell_alone() {
    for is_taken in [false, true] {
        let mut wire = by_ticket(true);
        let running = start(&mut wire, HOP_HERE);
        let taken = if is_taken { wire.pair.server.take_errands() } else { Vec::new() };
        assert!(taken.iter().all(|errand| wire.pair.server.wants(errand.id)));
        wire.pair.disconnect(wire.connection);
        assert!(taken.iter().all(|errand| !wire.pair.server.wants(errand.id)));
        assert_eq!(wire.pair.server.take_errands().len(), 0);
        // The shell is still there, and who comes back without a ticket finds no other one in it.
        wire.connection = wire.pair.connect();
        wire.session = wire.pair.log_on(wire.connection, "alice", crate::wire::PASSWORD).unwrap();
        let (shell, collected) = wire.finish(running);
        assert_eq!(exit_code(&collected), Some(5));
        let _running = wire.start(shell, HOP_HERE);
        assert_eq!(wire.pair.server.take_errands()[0].delegation, Delegation::None);
    }
}

#[test]
fn a_hop_that_nobody_waits_for_is_not_wanted() {
    let mut wire = by_ticket(true);
    let (stopped, deleted) = (start(&mut wire, HOP_HERE), wire.open_shell(1_000));
    let _hopping = wire.start(deleted, HOP_HERE);
    let ids: Vec<_> = wire.pair.server.take_errands().iter().map(|errand| errand.id).collect();
    assert_eq!(ids.iter().map(|id| wire.pair.server.wants(*id)).collect::<Vec<_>>(), [true, true]);
    // Idle for longer than a shell may be.
    wire.pair.advance(7_200_001);
    assert_eq!(wire.pair.server.shell_count(), 0);
    assert_eq!(ids.iter().map(|id| wire.pair.server.wants(*id)).collect::<Vec<_>>(), [false, false]);
    drop(stopped);
}

#[test]
fn sec_36_a_hop_that_leaves_the_computer_needs_the_administrators_word() {
    let mut wire = by_ticket(true);
    let running = start(&mut wire, HOP);
    assert_eq!(wire.pair.server.take_errands().len(), 0);
    let (shell, collected) = wire.finish(running);
    assert_eq!(exit_code(&collected), Some(65));
    let running = wire.start(shell, "hop ftp://localhost");
    let (shell, collected) = wire.finish(running);
    assert_eq!(exit_code(&collected), Some(87));
    let delete = shell.delete();
    assert!(matches!(wire.ask(&delete), Reply::Response(_)));
}

#[test]
fn hops_on_the_bound_are_begun_and_one_past_it_is_not() {
    let mut wire = Wire::new(config());
    let running: Vec<_> = (0..HOPS_MAX).map(|_| start(&mut wire, HOP_HERE)).collect();
    let one_more = start(&mut wire, HOP_HERE);
    assert_eq!(wire.pair.server.take_errands().len(), running.len());
    assert_eq!(exit_code(&wire.finish(one_more).1), Some(170));
}

#[test]
fn sec_37_a_client_says_what_it_handed_over_and_whether_the_kdc_trusts_the_server() {
    let granting = kerberos::ticket("krbtgt/EXAMPLE.TEST");
    let delegating = |delegate| ClientPolicy { delegate, ..ClientPolicy::default() };
    let said = |wire: &Wire, logon: &Logon, flags: TicketFlags| {
        let ticket = kerberos::flagged("HTTP/reference", flags);
        Handover::of(logon, wire.session.established(), Some(&ticket), Some(&granting)).to_string()
    };
    let (none, trusted) = (TicketFlags::default(), TicketFlags::OK_AS_DELEGATE);
    let wire = by_ticket(true);
    let logon = |scheme| Logon::new(scheme, "alice", "").under(delegating(true));
    let kerberos = logon(Scheme::Kerberos);
    assert_eq!(
        said(&wire, &kerberos, none),
        "delegation unconstrained (forwarded ticket), not ok-as-delegate"
    );
    assert_eq!(
        said(&wire, &kerberos, trusted),
        "delegation unconstrained (forwarded ticket), ok-as-delegate"
    );
    // SEC-25: that the server could be trusted is no reason to delegate.
    let unasked = kerberos.under(delegating(false));
    assert_eq!(said(&wire, &unasked, trusted), "delegation none, ok-as-delegate");
    // A server that chose NTLM got no ticket.
    let ntlm = Wire::new(config());
    assert_eq!(said(&ntlm, &logon(Scheme::Negotiate), none), "delegation none, not ok-as-delegate");
    let bare = |scheme| Handover::of(&logon(scheme), None, None, None).to_string();
    assert_eq!(bare(Scheme::CredSsp), "delegation credssp");
    assert_eq!(bare(Scheme::Basic), "delegation none, but Basic sent the password");
}

#[test]
fn what_another_host_says_is_told_up_to_the_bound() {
    for (len, told) in
        [(HOP_TEXT_CHARS_MAX, HOP_TEXT_CHARS_MAX), (HOP_TEXT_CHARS_MAX + 1, HOP_TEXT_CHARS_MAX)]
    {
        let mut wire = Wire::new(config());
        let running = start(&mut wire, HOP_HERE);
        let id = wire.pair.server.take_errands()[0].id;
        wire.pair.server.errand_done(id, Ok("x".repeat(len)), Moment::default());
        let (_, collected) = wire.finish(running);
        assert_eq!(collected.stdout.len(), told + "\r\n".len());
    }
}
