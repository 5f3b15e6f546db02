import { matches, type Stage, untilDone } from "./stage.ts";

/** A ride, with three people in three roles. */
export const playRide = async (stage: Stage): Promise<void> => {
  const { tell, sees, refused, subOf } = stage;
  const [rita, dan] = [stage.actor("rita"), stage.actor("dan")];
  const id = `ride-${stage.run}`;
  stage.scene("Rides: who may do what, and when");
  await rita.rides.book(id, { pickup: "12 Elm Street", destination: "Airport" });
  tell("Rita books a ride; where she goes is sealed under a key of her own.");
  await refused("Dan cannot start what he does not drive.", dan.rides.start(id), "403");
  await stage.actor("root", ["admin"]).rides.assign(id, { driver: subOf("dan") });
  await dan.rides.start(id);
  tell("An admin assigns Dan, who starts.");
  await refused("Now it is too late to cancel.", rita.rides.cancel(id), "ride-already-started");
  await dan.rides.complete(id, { fare: 4_250, currency: "USD" });
  const driven = await dan.rides.list({ driver: subOf("dan") });
  const done = { id, status: "completed", fare: 4_250, pickup: "12 Elm Street" };
  sees("It is completed, and in Dan's own list.", driven, { items: [done] });
};

/** A post that many like. */
export const playLikes = async (stage: Stage): Promise<void> => {
  const { tell, sees } = stage;
  const fans = ["ann", "ben", "cleo"].map((name) => stage.actor(name));
  const post = `post-${stage.run}`;
  stage.scene("Likes: a stream for each user and post, so that no post is too hot");
  await Promise.all(fans.map((fan) => fan.posts.like(post)));
  tell("Ann, Ben and Cleo like a post, all at once.");
  const [ann, ben] = fans;
  sees("Ann likes it once more: nothing happens.", await ann?.posts.like(post), { events: [] });
  await ben?.posts.unlike(post);
  await Promise.all(fans.map((fan) => fan.view("likes", { postId: post })));
  const found = await ben?.view("likes", { postId: post });
  sees("Ben thinks again: two likes are left.", found, { likes: 2, likedByMe: false });
};

/** A cart that remembers what was taken out again. */
export const playCart = async (stage: Stage): Promise<void> => {
  const { tell, sees, refused } = stage;
  const carla = stage.actor("carla");
  const [id, tea] = [`cart-${stage.run}`, `tea-${stage.run}`];
  stage.scene("Carts: what was taken out is remembered");
  await carla.carts.add(id, { sku: tea, quantity: 3, price: 450 });
  await carla.carts.add(id, { sku: "cups", quantity: 2, price: 800 });
  await carla.carts.remove(id, { sku: tea, quantity: 2 });
  tell("Carla takes three packs of tea and two cups, and puts two packs back.");
  const cart = await carla.carts.get(id);
  const removed = [{ sku: tea, quantity: 2 }];
  sees("Her cart says both: 20.50 to pay, two packs removed.", cart, { total: 2_050, removed });
  await carla.carts.checkout(id);
  const late = carla.carts.add(id, { sku: tea, quantity: 1, price: 450 });
  await refused("After checkout it is closed.", late, "cart-checked-out");
  const auditor = stage.actor("otto", ["auditor"]);
  const counted = { items: [{ sku: tea, removals: 1, quantity: 2 }] };
  const found = await untilDone(
    () => auditor.view("removed-items", { sku: tea }),
    (answer) => matches(answer, counted),
  );
  sees("An auditor sees what customers put back, by article.", found, counted);
};

/** A position in a film that is watched in parts. */
export const playPlayback = async (stage: Stage): Promise<void> => {
  const { tell, sees } = stage;
  const petra = stage.actor("petra");
  const [dune, solaris] = [`dune-${stage.run}`, `solaris-${stage.run}`];
  stage.scene("Playback: where was I?");
  await petra.playbacks.start(dune);
  await petra.playbacks.progress(dune, { position: 1_200 });
  await petra.playbacks.stop(dune, { position: 1_234 });
  await petra.playbacks.start(solaris);
  tell("Petra stops Dune after 20 minutes and 34 seconds, and begins Solaris.");
  const unfinished = await petra.view("continue-watching", {});
  sees("Both are unfinished, the latest first.", unfinished, {
    items: [{ title: solaris }, { title: dune, position: 1_234 }],
  });
  await petra.playbacks.start(dune);
  sees("Dune goes on where it was.", await petra.playbacks.get(dune), { position: 1_234 });
  await petra.playbacks.finish(dune);
  const rest = await petra.view("continue-watching", {});
  sees("Once it is finished, Solaris is left.", rest, { items: [{ title: solaris }] });
};

/** A text with a history like a repository's. */
export const playDocument = async (stage: Stage): Promise<void> => {
  const { tell, sees } = stage;
  const wanda = stage.actor("wanda");
  const id = `poem-${stage.run}`;
  stage.scene("Documents: every version can be had again");
  await wanda.documents.create(id, { title: "Poem", body: "Roses are red,\nviolets are blue.\n" });
  await wanda.documents.edit(id, {
    body: "Roses are red,\nviolets are violet.\n",
    message: "Get the colour right",
  });
  await wanda.documents.rename(id, { title: "Botany" });
  const { items } = await wanda.documents.log(id);
  tell("Wanda writes a poem, corrects and renames it. Its log:");
  stage.show(...items.map(({ version, type, message = "" }) => `${version}  ${type}  ${message}`));
  const { diff } = await wanda.documents.diff(id, { from: 1, to: 3 });
  tell("What has changed from version 1 to 3:");
  stage.show(...diff.trimEnd().split("\n"));
  const first = await wanda.documents.get(id, { version: 1 });
  sees("Version 1 is still there.", first, { title: "Poem", version: 1 });
  await wanda.documents.revert(id, { to: 1 });
  const body = "Roses are red,\nviolets are blue.\n";
  sees("And it can be had back, as version 4.", await wanda.documents.get(id), {
    version: 4,
    body,
  });
};
