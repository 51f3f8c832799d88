/** Whether the process is on its way out: it still serves, but readiness says no. */
export class ShutdownState {
  private begun = false;

  get shuttingDown(): boolean {
    return this.begun;
  }

  begin(): void {
    this.begun = true;
  }
}
