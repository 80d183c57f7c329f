use crate::support::*;

#[test]
fn a_connection_that_dies_takes_everything_of_its_own_with_it() {
    let mut world = World::new(config());
    let mut alice = world.log_on("alice");
    world.create(&mut alice);
    world.run(&mut alice, "cat");
    let deadline_ms = world.pair.server.deadline_ms();
    for _ in 0..50 {
        let mut again = world.log_on("alice");
        world.start(&mut again, &receive(COMMAND_ID));
        assert_eq!(world.pair.server.deadline_ms(), Some(60_000), "a receive waits");
        world.pair.disconnect(again.id);
        assert_eq!(world.pair.server.deadline_ms(), deadline_ms, "no receive waits");
        assert!(world.pair.server.take_output(again.id).is_last);
    }
    assert_eq!(world.shells(), 1);
}
