// Faults of the receiver of events.
import { setTimeout as sleep } from 'node:timers/promises';

/** What the receiver or its connection does during the fault. */
const TROUBLES = {
  hangs: ({ receiver: { door } }) => door.stall(),
  refuses: ({ receiver: { door } }) => {
    door.refusing = true;
    door.cut();
  },
  'answers 500': ({ receiver }) => {
    receiver.status = 500;
  },
  redirects: ({ receiver }) => {
    receiver.status = 302;
  },
  'is slow': ({ receiver: { door }, random }) => {
    door.delayMs = () => random.between(0, 1_500);
  },
  'loses its answers': ({ receiver: { door }, random }) => {
    door.swallowsAnswerTo = () => random.chance(0.5);
  },
};

/** Requests do not wait for a receiver, so none may fail. In another variant a replica is killed during deliveries. */
export const receiverTrouble = {
  name: 'receiver-trouble',
  weight: 6,
  async strike(world) {
    const { random, receiver } = world;
    const trouble = random.pick(Object.keys(TROUBLES));
    const ms = random.between(1_000, 4_000);
    const before = receiver.tries;
    const victim = random.chance(0.4) ? random.pick(world.replicas) : undefined;
    const bear = async () => {
      TROUBLES[trouble](world);
      await sleep(ms);
      await victim?.kill();
      receiver.mend();
    };
    await (victim ? bear() : world.withoutFailure(bear));
    await victim?.start();
    const killed = victim ? `, ${victim.name} killed in it` : ', no request may fail';
    return `${trouble} for ${ms} ms, ${receiver.tries - before} tries${killed}`;
  },
};
