// Back pressure of one task: how many of its channels have no free frame. The fused loops look at `blocked` after each
// row, so it is one plain number. Owner: the task; written by its channel writers. One thread.
export class Availability {
  /** 0 = rows may be emitted. */
  blocked = 0;
}
