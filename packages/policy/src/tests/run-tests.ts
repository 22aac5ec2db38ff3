import type { CompiledPolicy } from '../decide/compile.ts'
import { MeshMachines } from './mesh-machines.ts'
import { PolicyTests } from './policy-tests.ts'
import { QuestionCount } from './question-count.ts'
import { SshTests } from './ssh-tests.ts'
import type { TestReport } from './test-report.ts'

/** Asks every test of a policy, over the facts that it is compiled with. */
export function runTests(compiled: CompiledPolicy): TestReport {
  const { policy, directory } = compiled
  const machines = new MeshMachines(directory)
  const questions = new QuestionCount()
  const policyTests = new PolicyTests(compiled, machines, questions)
  const sshTests = new SshTests(compiled, machines, questions)
  const report = {
    tests: policy.tests.map((test) => policyTests.test(test)),
    sshTests: policy.sshTests.map((test) => sshTests.test(test)),
  }
  const passed = [...report.tests, ...report.sshTests].every((test) => test.passed)
  return { passed, ...report }
}
