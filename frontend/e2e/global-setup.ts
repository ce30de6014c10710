import { System } from "./system";

/** One real system for all tests; what they need to know of it travels in the environment. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const system = await System.make();
  try {
    await system.start();
    process.env.CVD_E2E_URL = system.url;
    process.env.CVD_E2E_PASSWORD = await system.firstPassword();
  } catch (error) {
    await system.remove();
    throw error;
  }
  return () => system.remove();
}
